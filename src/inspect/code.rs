//! A module of the analysis build as a graph: functions and data, and who refers to whom.
//!
//! Direct calls are read off the code. Everything else that can end in a call begins with somebody naming a function's
//! address: in code, or in data (vtables, statics) that code names. The linker keeps a relocation for each such place, so a
//! function "calls" whatever it, or data that it can get at, has the address of. That is more than it really calls, never less.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use wasmparser::{
    BinaryReaderError, ElementItems, ExternalKind, KnownCustom, Linking, Operator, Parser, Payload, RelocationEntry,
    RelocationType, SymbolInfo, TypeRef,
};

/// A function or a piece of data.
pub(super) type Node = usize;

/// The graph.
#[derive(Debug, Default)]
pub(super) struct Code<'m> {
    /// Functions, imported ones first; their nodes are their indices. Data comes after them.
    pub(super) functions: Vec<Function<'m>>,
    /// Exported functions by name.
    pub(super) exports: Vec<(&'m str, Node)>,
    /// Symbols of data, after the functions.
    data: Vec<&'m str>,
    /// What runs without an export that names it.
    pub(super) loose: BTreeSet<Node>,
    /// Custom sections that the graph is not made of, debug information among them.
    pub(super) sections: BTreeMap<&'m str, &'m [u8]>,
    /// Whether the linker kept relocations and symbols: without them, function pointers would go unseen.
    pub(super) is_relocatable: bool,
    edges: Vec<Vec<Edge>>,
}

/// A function.
#[derive(Debug, Default)]
pub(super) struct Function<'m> {
    /// Its symbol; for an import the name that it is imported by.
    pub(super) symbol: &'m str,
    /// Its body, from the start of the code section; empty for an import.
    pub(super) body: Range<u64>,
}

impl Function<'_> {
    pub(super) fn is_import(&self) -> bool {
        self.body.is_empty()
    }
}

/// One function or piece of data refers to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// To what.
    pub(super) to: Node,
    /// Where in the code section; nothing to find there for data.
    pub(super) at: u64,
}

/// Sections in the order of the file; relocations name others by position.
#[derive(Default)]
struct Raw<'m> {
    code_start: u64,
    code_section: u32,
    data_section: u32,
    data_start: u64,
    segments: Vec<Range<u64>>,
    relocations: Vec<(u32, RelocationEntry)>,
    symbols: Vec<Symbol<'m>>,
    table: BTreeSet<Node>,
    start: Option<Node>,
    names: BTreeMap<Node, &'m str>,
}

#[derive(Clone, Copy)]
enum Symbol<'m> {
    Function(Node),
    Data { name: &'m str, segment: u32, offset: u32 },
    Other,
}

impl<'m> Symbol<'m> {
    fn name(&self) -> &'m str {
        match self {
            Self::Data { name, .. } => name,
            Self::Function(_) | Self::Other => "",
        }
    }
}

impl<'m> Code<'m> {
    /// Reads a module that was linked with its relocations kept.
    pub(super) fn read(bytes: &'m [u8]) -> Result<Self, BinaryReaderError> {
        let mut code = Self::default();
        let mut raw = Raw::default();
        let mut section = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload?;
            if let Payload::CodeSectionStart { range, .. } = &payload {
                (raw.code_section, raw.code_start) = (section, range.start as u64);
            }
            let is_section = payload.as_section().is_some();
            code.payload(&mut raw, payload, section)?;
            section += u32::from(is_section);
        }
        code.finish(raw);
        Ok(code)
    }

    /// Whom a node refers to.
    pub(super) fn edges(&self, node: Node) -> &[Edge] {
        self.edges.get(node).map_or(&[], Vec::as_slice)
    }

    /// A node's symbol.
    pub(super) fn symbol(&self, node: Node) -> &'m str {
        match self.functions.get(node) {
            Some(function) => function.symbol,
            None => self.data.get(node - self.functions.len()).copied().unwrap_or_default(),
        }
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.edges.len()
    }

    fn payload(&mut self, raw: &mut Raw<'m>, payload: Payload<'m>, section: u32) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_)) {
                        let symbol = import.name;
                        self.functions.push(Function { symbol, body: 0..0 });
                        self.edges.push(Vec::new());
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.push((export.name, export.index as Node));
                    }
                }
            }
            Payload::StartSection { func, .. } => raw.start = Some(func as Node),
            Payload::ElementSection(elements) => {
                for element in elements {
                    if let ElementItems::Functions(functions) = element?.items {
                        for function in functions {
                            raw.table.insert(function? as Node);
                        }
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.body(raw, &body)?,
            Payload::DataSection(data) => {
                (raw.data_section, raw.data_start) = (section, data.range().start as u64);
                for segment in data {
                    let segment = segment?;
                    let end = segment.range.end as u64 - raw.data_start;
                    raw.segments.push(end - segment.data.len() as u64..end);
                }
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => symbols(raw, linking)?,
                KnownCustom::Reloc(relocations) => {
                    for entry in relocations.entries() {
                        raw.relocations.push((relocations.section_index(), entry?));
                    }
                }
                KnownCustom::Name(names) => function_names(raw, names)?,
                _ => {
                    self.sections.insert(custom.name(), custom.data());
                }
            },
            _ => {}
        }
        Ok(())
    }

    fn body(&mut self, raw: &Raw<'m>, body: &wasmparser::FunctionBody<'m>) -> Result<(), BinaryReaderError> {
        let place = |offset: usize| offset as u64 - raw.code_start;
        let range = body.range();
        let mut edges = Vec::new();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, offset) = operators.read_with_offset()?;
            let (Operator::Call { function_index }
            | Operator::ReturnCall { function_index }
            | Operator::RefFunc { function_index }) = operator
            else {
                continue;
            };
            edges.push(Edge {
                to: function_index as Node,
                at: place(offset),
            });
        }
        self.functions.push(Function {
            symbol: "",
            body: place(range.start)..place(range.end),
        });
        self.edges.push(edges);
        Ok(())
    }

    /// Adds what relocations say, once functions and symbols are known.
    fn finish(&mut self, raw: Raw<'m>) {
        let functions = self.functions.len();
        let of_code = |(section, _): &(u32, RelocationEntry)| *section == raw.code_section;
        self.is_relocatable = !raw.symbols.is_empty() && raw.relocations.iter().any(of_code);
        for (node, name) in &raw.names {
            if let Some(function) = self.functions.get_mut(*node).filter(|function| !function.is_import()) {
                function.symbol = name;
            }
        }
        self.data = raw.symbols.iter().map(Symbol::name).collect();
        self.edges.resize(functions + raw.symbols.len(), Vec::new());
        let mut pieces = BTreeMap::new();
        for (index, symbol) in raw.symbols.iter().enumerate() {
            if let Symbol::Data { segment, offset, .. } = symbol {
                pieces.entry((*segment, *offset)).or_insert(functions + index);
            }
        }
        for (section, entry) in &raw.relocations {
            let Some(to) = target(&raw, &pieces, entry) else {
                continue;
            };
            let offset = u64::from(entry.offset);
            if *section == raw.code_section {
                let after = self.functions.partition_point(|function| function.body.end <= offset);
                if let Some(edges) = self.edges.get_mut(after) {
                    edges.push(Edge { to, at: offset });
                }
            } else if *section == raw.data_section {
                match piece(&raw.segments, &pieces, offset) {
                    Some(from) => self.edges[from].push(Edge { to, at: 0 }),
                    // Nobody can say who gets at it: so anybody does.
                    None => drop(self.loose.insert(to)),
                }
            }
        }
        let named: BTreeSet<Node> = self.edges.iter().flatten().map(|edge| edge.to).collect();
        self.loose.extend(raw.table.difference(&named));
        self.loose.extend(raw.start);
    }
}

/// What a relocation refers to: a function by its address, or data.
fn target(raw: &Raw<'_>, pieces: &BTreeMap<(u32, u32), Node>, entry: &RelocationEntry) -> Option<Node> {
    use RelocationType::{
        FunctionIndexLeb, FunctionOffsetI32, FunctionOffsetI64, GlobalIndexI32, GlobalIndexLeb, SectionOffsetI32,
        TypeIndexLeb,
    };
    // Calls are read off the code; the rest of these names no address of a function or of data.
    if matches!(
        entry.ty,
        FunctionIndexLeb
            | FunctionOffsetI32
            | FunctionOffsetI64
            | GlobalIndexI32
            | GlobalIndexLeb
            | SectionOffsetI32
            | TypeIndexLeb
    ) {
        return None;
    }
    match raw.symbols.get(entry.index as usize)? {
        Symbol::Function(node) => Some(*node),
        // Two symbols of one place are one piece.
        Symbol::Data { segment, offset, .. } => pieces.get(&(*segment, *offset)).copied(),
        Symbol::Other => None,
    }
}

/// The piece of data around an offset of the data section.
fn piece(segments: &[Range<u64>], pieces: &BTreeMap<(u32, u32), Node>, offset: u64) -> Option<Node> {
    let segment = segments.iter().position(|segment| segment.contains(&offset))?;
    let inside = u32::try_from(offset - segments[segment].start).ok()?;
    let segment = u32::try_from(segment).ok()?;
    let (_, node) = pieces.range((segment, 0)..=(segment, inside)).next_back()?;
    Some(*node)
}

fn symbols<'m>(raw: &mut Raw<'m>, linking: wasmparser::LinkingSectionReader<'m>) -> Result<(), BinaryReaderError> {
    for subsection in linking.subsections() {
        let Linking::SymbolTable(table) = subsection? else {
            continue;
        };
        for symbol in table {
            raw.symbols.push(match symbol? {
                SymbolInfo::Func { index, .. } => Symbol::Function(index as Node),
                SymbolInfo::Data {
                    name,
                    symbol: Some(defined),
                    ..
                } => Symbol::Data {
                    name,
                    segment: defined.index,
                    offset: defined.offset,
                },
                _ => Symbol::Other,
            });
        }
    }
    Ok(())
}

fn function_names<'m>(raw: &mut Raw<'m>, names: wasmparser::NameSectionReader<'m>) -> Result<(), BinaryReaderError> {
    for name in names {
        if let wasmparser::Name::Function(map) = name? {
            for naming in map {
                let naming = naming?;
                raw.names.insert(naming.index as Node, naming.name);
            }
        }
    }
    Ok(())
}
