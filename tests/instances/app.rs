use evalexpr::*;
use wildmatch::{WildMatch, WildMatchPattern};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

fn expressions() {
    println!("{:?}", eval("1 + 2 + 3"));
    println!("{:?}", eval("1 - 2 * 3 / 4.0"));
    println!("{:?}", eval("foo + 1"));
    println!("{:?} {:?} {:?}", eval_int("7 * 6"), eval_boolean("1 < 2"), eval_string("\"a\" + \"b\""));
    println!("{:?}", eval_int("1.5"));
    let mut context = HashMapContext::<DefaultNumericTypes>::new();
    println!("{:?}", eval_empty_with_context_mut("a = 5", &mut context));
    println!("{:?}", eval_int_with_context_mut("a = 5; a * 2", &mut context));
    context.set_value("b".to_owned(), Value::from_float(2.5)).unwrap();
    println!("{:?}", eval_with_context("a * b", &context));
    println!("{:?}", context.get_value("b"));
    let tree = build_operator_tree::<DefaultNumericTypes>("a * b - c > 5").unwrap();
    println!("{:?}", tree.iter_variable_identifiers().collect::<Vec<_>>());
    println!("{:?}", tree.eval_with_context(&context));
    context.set_value("c".to_owned(), Value::Int(3)).unwrap();
    println!("{:?}", tree.eval_boolean_with_context(&context));
    println!("{tree}");
    let value: Value = Value::Tuple(vec![Value::Int(1), Value::String("x".to_owned())]);
    println!("{value} {:?} {:?}", value.as_tuple(), value.as_int().map_err(|error| error.to_string()));
    if let Err(EvalexprError::VariableIdentifierNotFound(name)) = eval("nope") {
        println!("no {name}");
    }
}

fn wrapping() {
    let text = "Memory safety without garbage collection, concurrency without data races.";
    println!("{:?}", textwrap::wrap(text, Options::new(20)));
    let options = Options::new(24)
        .initial_indent("* ")
        .subsequent_indent("  ")
        .word_separator(WordSeparator::AsciiSpace)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .word_splitter(WordSplitter::NoHyphenation);
    println!("{}", textwrap::fill(text, &options));
    let narrow: Options = 30.into();
    println!("{:?} {}", textwrap::wrap(text, narrow), textwrap::fill(text, 30));
    println!("{:?}", WordSplitter::HyphenSplitter.split_points("foo-bar"));
}

fn patterns() {
    let pattern = WildMatch::new("c?t*");
    println!("{} {} {pattern}", pattern.matches("cats"), pattern.matches("dog"));
    let same: WildMatchPattern<'*', '?'> = pattern.clone();
    println!("{same:?} {}", same == pattern);
}

/// A map whose API is over any type, and which is of text and values wherever it is made.
fn tables() {
    let mut table = toml::Table::new();
    let list = vec![toml::Value::Integer(1), toml::Value::Float(2.5), toml::Value::from(true)];
    println!("{:?}", table.insert("list".to_owned(), toml::Value::Array(list)));
    println!("{:?}", table.insert("name".to_owned(), "a".into()));
    println!("{:?}", table.insert("name".to_owned(), toml::Value::from("b")));
    println!("{} {:?} {:?}", table.len(), table.get("name"), table.contains_key("none"));
    for (key, value) in &table {
        println!("{key}: {}", value.type_str());
    }
    println!("{:?} {}", table.keys().collect::<Vec<_>>(), table.clone() == table);
    println!("{table:?} {:?} {}", table.remove("list"), table.is_empty());
    let nested = toml::Value::Table(table);
    println!("{nested} {:?}", nested == nested.clone());
}

/// A trait of which some implementors are generic, for a type of the crate's and for a slice that is moved on.
fn buffers() {
    use bytes::{Buf, Bytes, BytesMut};

    let mut made = BytesMut::new();
    made.extend_from_slice(&[1, 2, 97, 98, 99]);
    let mut bytes: Bytes = made.freeze();
    println!("{} {:?} {}", bytes.get_u16(), bytes, bytes.remaining());
    let data = [0, 7, 1, 2, 3];
    let mut slice = &data[..];
    println!("{} {slice:?}", slice.get_u16());
    slice.advance(1);
    println!("{} {}", std::ptr::eq(slice, &data[3..]), slice.get_u8());
    slice.advance(1);
    println!("{} {:?}", slice.has_remaining(), slice.try_get_u8().is_err());
}

fn main() {
    buffers();
    tables();
    expressions();
    patterns();
    wrapping();
}
