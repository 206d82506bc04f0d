//! What a module's code can change beside its memory.

use wasmparser::{BinaryReaderError, ExternalKind, Operator, Parser, Payload};

/// The one global that code may change: the runtime puts it back.
const STACK_POINTER: &str = "__stack_pointer";

/// Whether a valid module's memory and its exported stack pointer are all that its code can change. Then an instance of it
/// is as new when both are as they were at its start.
pub(super) fn is_renewable(bytes: &[u8]) -> bool {
    changes_memory_only(bytes).unwrap_or(false)
}

fn changes_memory_only(bytes: &[u8]) -> Result<bool, BinaryReaderError> {
    let (mut changing, mut stack) = (Vec::new(), None);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::GlobalSection(globals) => {
                for (index, global) in (0_u32..).zip(globals) {
                    if global?.ty.mutable {
                        changing.push(index);
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Global && export.name == STACK_POINTER {
                        stack = Some(export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    if changes_tables_or_segments(&operator?) {
                        return Ok(false);
                    }
                }
            }
            _ => {}
        }
    }
    // Globals cannot be imported, so that their indices begin with the module's own.
    Ok(changing.iter().all(|index| Some(*index) == stack))
}

fn changes_tables_or_segments(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::TableSet { .. }
            | Operator::TableGrow { .. }
            | Operator::TableFill { .. }
            | Operator::TableCopy { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. }
            | Operator::DataDrop { .. }
    )
}
