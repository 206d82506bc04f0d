use std::mem;

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

    // What lives for good may be kept for good.
    let kept = [Bytes::from_static(b"one"), Bytes::from_static(b"two and more")];
    let mut made = BytesMut::new();
    made.extend_from_slice(&[1, 2, 97, 98, 99]);
    let mut bytes: Bytes = made.freeze();
    println!("{} {:?} {}", bytes.get_u16(), bytes, bytes.remaining());
    println!("{kept:?}");
    let data = [0, 7, 1, 2, 3];
    let mut slice = &data[..];
    println!("{} {slice:?}", slice.get_u16());
    slice.advance(1);
    println!("{} {}", std::ptr::eq(slice, &data[3..]), slice.get_u8());
    slice.advance(1);
    println!("{} {:?}", slice.has_remaining(), slice.try_get_u8().is_err());
}

/// What is borrowed mutably out of an object, and out of what borrows that.
fn settings() {
    let mut settings = ini::Ini::load_from_str("top=1\n[a]\nx=1\ny=2\n[b]\nz=3\n[c]\nw=4\n").unwrap();
    settings.general_section_mut().insert("more", "m");
    if let Some(section) = settings.section_mut(Some("a")) {
        section.insert("x", "one");
        section.append("y", "two");
        println!("{:?} {:?}", section.get("x").map(str::len), section.contains_key("y"));
    }
    println!("{:?} {}", settings.section_mut(Some("none")).is_none(), settings.len());
    let taken = mem::take(settings.section_mut(Some("b")).unwrap());
    println!("{:?} {:?}", taken.get("z"), settings.section(Some("b")).unwrap().len());
    let mut other = ini::Ini::new();
    other.entry(Some("mine".to_owned())).or_insert(taken).insert("late", "yes");
    mem::swap(other.section_mut(Some("mine")).unwrap(), settings.section_mut(Some("a")).unwrap());
    // What an entry lends is there although the entry has not ended.
    let entry = settings.entry(Some("c".to_owned()));
    if let ini::SectionEntry::Occupied(entry) = entry {
        let section = entry.into_mut();
        section.insert("entered", "yes");
    }
    for (name, properties) in settings.iter_mut() {
        for (key, value) in properties.iter_mut() {
            value.push_str(&format!(" {key} of {name:?}"));
        }
    }
    settings.with_section(Some("c")).set("v", "5").add("v", "6");
    settings[Some("c")].insert("u", "7");
    for section in settings.section_all_mut(Some("c")) {
        section.insert("all", "of them");
    }
    println!("{:?}", settings.general_section().iter().rev().next());
    if let Some((key, value)) = settings.section_mut(Some("a")).unwrap().iter_mut().next_back() {
        value.insert_str(0, key);
    }
    for settings in [&settings, &other] {
        let mut text = Vec::new();
        settings.write_to(&mut text).unwrap();
        println!("{}", String::from_utf8(text).unwrap());
    }
}

/// What is borrowed mutably out of a value: a part of the host's own, or of an object in it.
fn places() {
    use toml::Value;

    let mut inner = toml::Table::new();
    inner.insert("deep".to_owned(), Value::Array(vec![1.into(), 2.into()]));
    let mut table = toml::Table::new();
    table.insert("inner".to_owned(), Value::Table(inner));
    table.insert("name".to_owned(), "a".into());
    *table.get_mut("name").unwrap() = Value::from(5);
    if let Some(Value::Table(inner)) = table.get_mut("inner") {
        inner.insert("new".to_owned(), true.into());
        if let Some(Value::Array(list)) = inner.get_mut("deep") {
            list.push(3.into());
            list.swap(0, 2);
        }
    }
    println!("{table:?}");
    let taken = mem::replace(table.get_mut("inner").unwrap(), "gone".into());
    println!("{taken} {table:?}");
    println!("{:?}", table.get_mut("none"));
    let mut value = Value::Table(table);
    value.as_table_mut().unwrap().insert("taken".to_owned(), taken);
    let taken = value.as_table_mut().unwrap().get_mut("taken").unwrap();
    let deep = taken.as_table_mut().unwrap().get_mut("deep").unwrap();
    deep.as_array_mut().unwrap().push("end".into());
    println!("{value}");
    value.as_table_mut().unwrap()["name"] = "by index".into();
    let mut list = Value::Array(vec![1.into(), Value::Array(vec![2.into()])]);
    *list.get_mut(1_usize).unwrap().get_mut(0_usize).unwrap() = value.clone();
    let first = list.get_mut(1_usize).unwrap().get_mut(0_usize).unwrap();
    first.as_table_mut().unwrap().insert("here".to_owned(), 0.into());
    println!("{list}");
    println!("{:?} {:?}", list.get_mut(2_usize), value.as_array_mut());
    for (key, value) in value.as_table_mut().unwrap().iter_mut() {
        if value.is_str() {
            *value = Value::String(format!("{key} was text"));
        }
    }
    println!("{value}");
    drop(mem::replace(value.as_table_mut().unwrap(), toml::Table::new()));
    println!("{value}");
}

/// Parts of values that are lent to a call; the guest has copies of the tables in them.
fn parts() {
    let mut table = toml::Table::new();
    table.insert("key".to_owned(), 7.into());
    let list = toml::Value::Array(vec![1.into(), toml::Value::Array(vec![toml::Value::Table(table)])]);
    let inner = list.get(1_usize).unwrap().get(0_usize).unwrap();
    let map = inner.as_table().unwrap();
    // What the guest does now it does where its copies lay.
    let others = (0..200_i64).map(|count| {
        let mut table = toml::Table::new();
        table.insert(format!("key {count}"), count.into());
        table
    });
    let others: Vec<toml::Table> = others.collect();
    println!("{inner} {map:?} {:?} {}", map.get("key"), others.len());
    println!("{:?} {:?}", list.get(2_usize), list.as_table());
}

/// Builders over whatever can be seen as bytes, and text written into a buffer of the caller's.
fn builders() {
    let text = bs58::encode("seen as bytes".to_owned()).into_string();
    println!("{text} {:?}", bs58::decode(&text).into_vec());
    println!("{:?}", bs58::encode([1_u8, 2, 3]).into_vec());
    println!("{:?}", bs58::decode(b"0OIl").into_vec());
    let id = uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    let mut buffer = *b"{------------------------------------} and what is behind it stays as it is";
    id.hyphenated().encode_lower(&mut buffer[1..]).make_ascii_uppercase();
    println!("{}", String::from_utf8_lossy(&buffer));
    println!("{}", id.simple().encode_upper(&mut uuid::Uuid::encode_buffer()));
}

/// A trait for text, whose answers borrow from it.
fn words() {
    use unicode_segmentation::UnicodeSegmentation;

    let text = "e\u{301}l\u{1f1eb}\u{1f1f7}a, can't 3.14!";
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    println!("{graphemes:?} {:?}", text.grapheme_indices(true).next_back());
    println!("{:?} {:?}", text.unicode_words().collect::<Vec<_>>(), text.split_word_bounds().rev().next());
    println!("{:?}", text.unicode_sentences().count());
}

fn main() {
    settings();
    parts();
    builders();
    places();
    buffers();
    tables();
    expressions();
    patterns();
    wrapping();
    words();
}
