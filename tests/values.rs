//! Values of the caller's types across the boundary, on real crates: readers and writers, errors, closures, items that are
//! converted, traits of a crate, iterators without a name. One program says the same natively and sandboxed.
#![expect(clippy::tests_outside_test_module, reason = "this whole target is tests")]

use std::path::{Path, PathBuf};

mod sides;

use sides::{application, run};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                        aho-corasick = \"=1.1.4\"\nbase64 = \"=0.22.1\"\nbit-vec = \"=0.8.0\"\ncsv = \"=1.4.0\"\nflate2 = \"=1.1.10\"\nfastrand = \"=2.3.0\"\nheck = \"=0.5.0\"\npercent-encoding = \"=2.3.2\"\nregex = \"=1.12.4\"\nroxmltree = \"=0.20.0\"\nttf-parser = \"=0.25.1\"\n";

const MAIN: &str = r#"
    use std::fmt;
    use std::io::{self, Read, Write};

    use base64::Engine as _;
    use base64::display::Base64Display;
    use base64::engine::general_purpose::STANDARD;
    use base64::read::DecoderReader;
    use flate2::Compression;
    use flate2::read::GzDecoder;
    use flate2::write::GzEncoder;
    use heck::{ToKebabCase as _, ToPascalCase as _};
    use ttf_parser::OutlineBuilder;

    #[derive(Debug)]
    struct Tired;

    impl fmt::Display for Tired {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("tired of reading")
        }
    }

    impl std::error::Error for Tired {}

    /// Gives one byte at a time, and an error of its own at the end.
    struct Slow {
        bytes: Vec<u8>,
        given: usize,
    }

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(byte) = self.bytes.get(self.given) else {
                return Err(io::Error::new(io::ErrorKind::TimedOut, Tired));
            };
            buffer[0] = *byte;
            self.given += 1;
            Ok(1)
        }
    }

    /// Says what it gets, and when it goes.
    struct Loud(&'static str);

    impl Write for Loud {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            println!("{} gets {}", self.0, bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Drop for Loud {
        fn drop(&mut self) {
            println!("{} goes", self.0);
        }
    }

    fn readers_and_writers() {
        let mut packed = Vec::new();
        let mut encoder = GzEncoder::new(&mut packed, Compression::best());
        for number in 0..1000 {
            write!(encoder, "line {number}\n").unwrap();
        }
        encoder.finish().unwrap();
        let mut decoder = GzDecoder::new(&packed[..]);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        println!("{} {:?} {}", text.len(), text.lines().last(), decoder.get_ref().len());

        let half = packed[..packed.len() / 2].to_vec();
        let mut decoder = GzDecoder::new(Slow { bytes: half, given: 0 });
        let error = io::copy(&mut decoder, &mut io::sink()).unwrap_err();
        println!("{:?} {error} {:?}", error.kind(), error.get_ref().map(|inner| inner.is::<Tired>()));
        println!("{}", decoder.get_mut().given == decoder.into_inner().bytes.len());

        let mut dropped = GzEncoder::new(Loud("dropped"), Compression::fast());
        dropped.write_all(b"abc").unwrap();
        drop(dropped);
        let finished = GzEncoder::new(Loud("finished"), Compression::fast()).finish().unwrap();
        println!("{} is back", finished.0);
    }

    fn records() {
        let text = "city,population\nBoston,4628910\nConcord,42695\n";
        let mut reader = csv::ReaderBuilder::new().delimiter(b',').flexible(true).from_reader(text.as_bytes());
        println!("{:?}", reader.headers().unwrap());
        for record in reader.records() {
            let record = record.unwrap();
            println!("{} {}", &record[0], record.iter().count());
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["a b", "c,d"]).unwrap();
        writer.write_record(&csv::StringRecord::from(vec!["x", "y"])).unwrap();
        writer.flush().unwrap();
        println!("{:?}", String::from_utf8_lossy(writer.get_ref()));
        let mut late = Vec::new();
        csv::Writer::from_writer(&mut late).write_record(["flushed when dropped"]).unwrap();
        println!("{:?}", String::from_utf8_lossy(&late));
    }

    fn traits() {
        println!("{} {:?}", STANDARD.encode("some bytes"), STANDARD.decode("c29tZSBieXRlcw=="));
        println!("{}", Base64Display::new(b"shown", &STANDARD));
        // The constant is borrowed beyond its statement, as its having no destructor allows.
        let mut decoder = DecoderReader::new(&b"YmV5b25k"[..], &STANDARD);
        let mut text = String::new();
        decoder.read_to_string(&mut text).unwrap();
        println!("{text}");
        println!("{} {}", "Some CamelCase".to_kebab_case(), "another name".to_pascal_case());
        let bad = STANDARD.decode("?").unwrap_err();
        println!("{bad} {bad:?}");
    }

    /// The crate's trait, implemented here.
    #[derive(Default)]
    struct Path(Vec<String>);

    impl OutlineBuilder for Path {
        fn move_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("M {x} {y}"));
        }

        fn line_to(&mut self, x: f32, y: f32) {
            self.0.push(format!("L {x} {y}"));
        }

        fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
            self.0.push(format!("Q {x1} {y1} {x} {y}"));
        }

        fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
            self.0.push(format!("C {x1} {y1} {x2} {y2} {x} {y}"));
        }

        fn close(&mut self) {
            self.0.push("Z".to_owned());
        }
    }

    fn outline() {
        let font = std::fs::read("font.ttf").unwrap();
        let face = ttf_parser::Face::parse(&font, 0).unwrap();
        let mut path = Path::default();
        let size = face.outline_glyph(face.glyph_index('A').unwrap(), &mut path);
        println!("{size:?} {}", path.0.join(" "));
    }

    /// What a compressor may fill is the room that its output has, and the output stays where it is.
    fn room() {
        let text: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut packer = flate2::Compress::new(Compression::fast(), false);
        let mut buffer = Vec::with_capacity(1000);
        let (place, mut packed, mut rounds) = (buffer.as_ptr(), 0, 0);
        loop {
            let rest = &text[packer.total_in() as usize..];
            let status = packer.compress_vec(rest, &mut buffer, flate2::FlushCompress::Finish).unwrap();
            packed += buffer.len();
            rounds += 1;
            buffer.clear();
            if status == flate2::Status::StreamEnd {
                break;
            }
        }
        println!("{packed} in {rounds} rounds, in place: {}", buffer.as_ptr() == place);
    }

    fn main() {
        room();
        readers_and_writers();
        records();
        traits();
        outline();
        replacements();
        scalars();
        wrappers();
        constants();
        document();
        let mut dice = fastrand::Rng::with_seed(7);
        println!("{:?}", [dice.u32(1..=6), dice.u32(..3), dice.u32(100..)]);
    }

    /// What replaces a match: text that is borrowed or owned, closures, and a type of this application's.
    fn replacements() {
        use regex::{Captures, NoExpand, Regex, Replacer};

        struct Numbered(usize);

        impl Replacer for Numbered {
            fn replace_append(&mut self, captures: &Captures<'_>, text: &mut String) {
                self.0 += 1;
                text.push_str(&format!("{}={}", self.0, &captures["name"]));
            }
        }

        let names = Regex::new(r"(?<name>[a-z]+)(?<number>[0-9]*)").unwrap();
        let text = "one1 two22, three";
        println!("{} {}", names.replace(text, "<$name>"), names.replace_all(text, &"-".to_owned()));
        println!("{}", names.replace_all(text, String::from("$number.")));
        println!("{}", names.replacen(text, 2, std::borrow::Cow::Borrowed("$2$1")));
        println!("{}", names.replace_all(text, NoExpand("$name")));
        let mut seen = Vec::new();
        let shouted = names.replace_all(text, |captures: &Captures| {
            seen.push(captures.get(2).unwrap().range());
            captures[1].to_uppercase()
        });
        println!("{shouted} {seen:?}");
        println!("{}", names.replace_all(text, |_: &Captures| "same"));
        println!("{}", names.replace_all(text, Numbered(6)));
        println!("{:?}", names.replace_all("123", |_: &Captures| "never"));

        let mut made = String::new();
        Replacer::replace_append(&mut "$name!", &names.captures(text).unwrap(), &mut made);
        println!("{made}");
        let panics = || names.replace_all(text, |_: &Captures| -> String { panic!("not this one") }).into_owned();
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
        println!("{:?} {}", told.downcast_ref::<&str>(), names.replace(text, "still"));

        let colours = aho_corasick::AhoCorasick::new(["red", "blue"]).unwrap();
        let mut told = String::new();
        colours.replace_all_with("red, blue and red", &mut told, |found, word, text| {
            text.push_str(&word.repeat(found.pattern().as_usize() + 1));
            found.start() < 5
        });
        println!("{told} {:?}", colours.find(aho_corasick::Input::new("a blue one").span(3..10)));
    }

    /// Closures that take and return scalars.
    fn scalars() {
        let mut asked = Vec::new();
        let bits = bit_vec::BitVec::from_fn(10, |at| {
            asked.push(at);
            // Another call, while this one goes on.
            at % bit_vec::BitVec::from_elem(3, true).len() == 0
        });
        println!("{bits:?} {asked:?}");
        let panics = || bit_vec::BitVec::from_fn(3, |at| if at == 1 { panic!("not this one") } else { true });
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
        println!("{:?} {}", told.downcast_ref::<&str>(), bits.len());
    }

    /// Constants that `const fn`s make, as the crates' own documentation has them.
    fn constants() {
        use base64::alphabet;
        use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
        use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

        const FRAGMENT: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');
        const PATH: &AsciiSet = &FRAGMENT.add(b'#').add(b'?').add(b'{').add(b'}');
        static USERINFO: AsciiSet = PATH.add(b'/').add(b':').add(b';').add(b'=').add(b'@').union(CONTROLS.add(b'^'));
        const WORDS: AsciiSet = NON_ALPHANUMERIC.remove(b'_').remove(b'-');
        const CONFIG: GeneralPurposeConfig =
            GeneralPurposeConfig::new().with_encode_padding(false).with_decode_allow_trailing_bits(true);
        const ENGINE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);
        static CRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::CRYPT, base64::engine::general_purpose::PAD);

        let text = "a b/{c}?<\u{e9}>-_^";
        let sets = [FRAGMENT, PATH, &USERINFO, &WORDS];
        let mut lazily = utf8_percent_encode(text, &WORDS);
        for set in sets {
            println!("{} {}", utf8_percent_encode(text, set), percent_decode_str("%41%zz").decode_utf8_lossy());
        }
        println!("{:?} {:?} {}", lazily.next(), lazily.next(), *FRAGMENT == *PATH);
        let vowels = "aeiou".bytes().fold(AsciiSet::EMPTY, |set, vowel| set.add(vowel));
        println!("{vowels:?} {:?}", !vowels.complement() + CONTROLS.complement());
        println!("{} {} {CONFIG:?}", ENGINE.encode("\u{fb}\u{ff}~"), CRYPT.encode("crypt"));
        println!("{:?} {:?}", ENGINE.decode("_-"), CRYPT.decode("_-"));
        let lenient = CONFIG.with_decode_padding_mode(DecodePaddingMode::Indifferent);
        println!("{:?}", GeneralPurpose::new(&alphabet::STANDARD, lenient).decode("YQ"));
        let mut written = Vec::new();
        base64::write::EncoderWriter::new(&mut written, &ENGINE).write_all(b"\xfb\xff").unwrap();
        println!("{}", String::from_utf8_lossy(&written));
    }

    /// Structs around values of this application's.
    fn wrappers() {
        println!("{} {:>9}", heck::AsKebabCase("someName"), heck::AsSnakeCase(String::from("aB")));
        println!("{}", heck::AsTitleCase(&std::borrow::Cow::Borrowed("a title")));
    }

    /// Arguments that a result borrows from, and results with several lifetimes.
    fn document() {
        let text = "<a xmlns='urn:d' xmlns:x='urn:x' b='1' x:c='2'>text</a>".to_owned();
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        for namespace in root.namespaces() {
            println!("{:?} {}", namespace.name(), namespace.uri());
        }
        println!("{:?} {:?}", root.attribute(("urn:x", "c")), root.attribute("b"));
        let name = { roxmltree::ExpandedName::from(("urn:d", String::from("a").leak() as &str)) };
        println!("{} {:?}", root.has_tag_name(name), root.first_child().unwrap().text_storage());
        println!("{:?}", root.document().root_element().tag_name());
    }
"#;

/// Where the sources of a dependency lie.
fn package(root: &Path, name: &str) -> PathBuf {
    let metadata = run(root, "cargo", &["metadata", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == name).unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).with_file_name("")
}

#[test]
fn one_program_says_the_same_natively_and_sandboxed() {
    let folder = application(MANIFEST, MAIN);
    let root = folder.path();
    std::fs::copy(
        package(root, "ttf-parser").join("tests/fonts/demo.ttf"),
        root.join("font.ttf"),
    )
    .unwrap();
    let natively = run(root, "cargo", &["run"]);
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    let crates = [
        "aho-corasick",
        "base64",
        "bit-vec",
        "csv",
        "fastrand",
        "flate2",
        "heck",
        "percent-encoding",
        "regex",
        "roxmltree",
        "ttf-parser",
    ];
    let grants = ["--grant", "regex=random"];
    run(root, tool, &[&["add"], &crates[..], &grants].concat());
    assert_eq!(run(root, tool, &["run"]), natively);
}

/// Macros are compiled into the application; what they expand to calls the sandbox.
const MACROS: &str = r#"
    use minijinja::{Environment, args, context, render};
    use serde_json::{Value, json};

    fn main() {
        let (name, list, object) = (String::from("x"), vec![1u8, 2], 7);
        let value = json!({
            "a": null, "b": [1, -2.5, true, null, "t", [], {}],
            name: { "deep": list, "sum": 1 + object },
            (format!("k{}", 1)): Some(3),
            "last": false,
        });
        println!("{value} {} {}", json!(null), json!([object, { "z": [ [ ] ] }, ]));
        let (rows, key, none) = (json!([{ "id": 1 }, { "id": 2 }]), String::from("id"), value.get("none"));
        println!("{none:?} {} {} {:?}", value["x"]["deep"], rows.get(0).unwrap()[&key], rows[1].as_object().unwrap().get("id"));
        println!("{} {:?}", json!("text") == Value::String("text".into()), json!({"a": 1}).pointer("/a").and_then(Value::as_i64));

        let (env, n) = (Environment::new(), 41);
        let hello = |values| env.render_str("{{ name }} {{ n + 1 }} {{ extra }}", values).unwrap();
        println!("{}", hello(context! { name => "World", n, ..context! { extra => vec![1, 2] } }));
        println!("{}", hello(context!(name => "x", n)));
        println!("{} {}", render!("{{ a }}-{{ b }}", a => 1, b => "two"), render!(in env, "{{ a }}!", a => "in"));
        println!("{:?} {:?} {}", args!(1, "a"), args!(1, key => "v").len(), context! {});
    }
"#;

const WITH_MACROS: &str = "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                           minijinja = \"=2.12.0\"\nserde = \"1\"\nserde_json = \"=1.0.140\"\n";

#[test]
fn macros_say_the_same_natively_and_sandboxed() {
    let folder = application(WITH_MACROS, MACROS);
    let root = folder.path();
    let natively = run(root, "cargo", &["run"]);
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    run(
        root,
        tool,
        &["add", "minijinja", "serde_json", "--grant", "minijinja=random"],
    );
    let lockfile = std::fs::read_to_string(root.join("nanobuild.lock")).unwrap();
    assert!(
        ["\"json ", "\"context ", "\"render "]
            .iter()
            .all(|name| lockfile.contains(name)),
        "{lockfile}"
    );
    assert_eq!(run(root, tool, &["run"]), natively);
}
