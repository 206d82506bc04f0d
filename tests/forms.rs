//! Objects over types of std in the guest: files that a crate opens by its grants, buffers that it puts around the application's
//! readers and writers; and what closures return that may borrow. One program says the same natively and sandboxed.
#![expect(clippy::tests_outside_test_module, reason = "this whole target is tests")]

mod sides;

use sides::{application, run};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ncsv = \"=1.4.0\"\n\
                        paper = { path = \"paper\" }\n";

const PAPER: &str = r#"
    use std::borrow::Cow;
    use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

    /// Reads lines.
    pub struct Lines<'a, R> {
        reader: R,
        ends: &'a [u8],
    }

    impl<R: Read> Lines<'static, BufReader<R>> {
        pub fn new(reader: R) -> Self {
            Lines { reader: BufReader::new(reader), ends: b"\n" }
        }
    }

    impl<R: BufRead> Lines<'_, R> {
        pub fn with_buffer(reader: R) -> Lines<'static, R> {
            Lines { reader, ends: b"\n" }
        }

        pub fn line(&mut self) -> io::Result<String> {
            let mut line = Vec::new();
            self.reader.read_until(self.ends[0], &mut line)?;
            Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
        }

        pub fn get_ref(&self) -> &R {
            &self.reader
        }

        pub fn into_inner(self) -> R {
            self.reader
        }
    }

    /// Writes lines.
    pub struct Log<W: Write> {
        writer: W,
    }

    impl<W: Write> Log<BufWriter<W>> {
        pub fn new(writer: W) -> Self {
            Log { writer: BufWriter::new(writer) }
        }
    }

    impl<W: Write> Log<W> {
        pub fn say(&mut self, text: &str) -> io::Result<()> {
            writeln!(self.writer, "{text}")
        }

        pub fn get_mut(&mut self) -> &mut W {
            &mut self.writer
        }
    }

    /// What the closure returned first is used when it has returned more.
    pub fn join(name: impl Fn(u32) -> Cow<'static, str>, part: impl Fn(u32) -> &'static str) -> String {
        let names: Vec<_> = (0..3).map(&name).collect();
        let parts: Vec<_> = (0..3).map(&part).collect();
        format!("{names:?} {parts:?}")
    }

    pub fn bytes(part: impl Fn(u32) -> Option<(u32, Cow<'static, [u8]>)>) -> Vec<u8> {
        let parts: Vec<_> = (0..3).filter_map(part).collect();
        parts.into_iter().flat_map(|(_, part)| part.into_owned()).collect()
    }
"#;

const MAIN: &str = r#"
    use std::borrow::Cow;
    use std::io::{self, BufRead, BufWriter, Read, Write};

    /// Says how much it is asked for.
    struct Told<'t>(&'t [u8]);

    impl Read for Told<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            println!("asked for {}", buffer.len());
            self.0.read(buffer)
        }
    }

    fn files() -> Result<(), csv::Error> {
        let mut reader = csv::Reader::from_path("given/in.csv")?;
        println!("{:?}", reader.headers()?);
        for record in reader.records() {
            println!("{:?}", record?);
        }
        println!("{:?} {}", reader.position().line(), reader.is_done());
        reader.seek(csv::Position::new())?;
        println!("{}", reader.into_records().count());

        let mut builder = csv::ReaderBuilder::new();
        let opened: Vec<csv::Reader<std::fs::File>> = vec![
            builder.has_headers(false).from_path("given/in.csv")?,
            builder.from_reader(std::fs::File::open("given/in.csv")?),
        ];
        for mut reader in opened {
            println!("{}", reader.byte_records().count());
        }

        let mut writer = csv::Writer::from_path("given/out.csv")?;
        writer.write_record(["a", "b c"])?;
        drop(writer);
        println!("{:?}", std::fs::read_to_string("given/out.csv")?);
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_path("given/out.csv")?;
        writer.write_record(["d", "e"])?;
        writer.flush()?;
        println!("{:?}", std::fs::read_to_string("given/out.csv")?);
        Ok(())
    }

    fn buffers() {
        let text = String::from("one\ntwo\nthree\n");
        let mut lines = paper::Lines::new(Told(text.as_bytes()));
        println!("{} {}", lines.line().unwrap(), lines.line().unwrap());
        println!("{}", lines.get_ref().get_ref().0.len());
        println!("{} {:?}", lines.line().unwrap(), lines.line().unwrap());
        println!("{}", lines.into_inner().into_inner().0.len());
        let mut lines = paper::Lines::with_buffer(text.as_bytes());
        println!("{} {:?}", lines.line().unwrap(), lines.get_ref().len());
        println!("{:?}", lines.into_inner().lines().count());

        let mut out = Vec::new();
        let mut log = paper::Log::new(&mut out);
        log.say("first").unwrap();
        println!("{}", log.get_mut().get_ref().len() + log.get_mut().buffer().len() > 0);
        log.get_mut().write_all(b"between\n").unwrap();
        log.say("last").unwrap();
        drop(log);
        println!("{:?}", String::from_utf8_lossy(&out));
        let mut log = paper::Log::new(BufWriter::new(io::sink()));
        log.say("nowhere").unwrap();
    }

    fn closures() {
        let name = |number: u32| match number {
            1 => Cow::Owned(format!("{number}{number}")),
            _ => Cow::Borrowed("plain"),
        };
        println!("{}", paper::join(name, |number| ["zero", "one", "a longer one"][number as usize]));
        println!("{:?}", paper::bytes(|number| Some((number, Cow::Owned(vec![number as u8; 3])))));
        println!("{:?}", paper::bytes(|number| (number < 2).then_some((number, Cow::Borrowed(&[9, 8, 7][..])))));
    }

    fn main() {
        if std::env::args().nth(1).is_some() {
            let fault = std::panic::catch_unwind(|| {
                let reader = csv::Reader::from_path("given/in.csv").unwrap();
                reader.get_ref().metadata().unwrap();
            });
            println!("{}", fault.unwrap_err().downcast_ref::<String>().unwrap());
            println!("{}", csv::Reader::from_path("secret.csv").unwrap_err());
            println!("{}", csv::Reader::from_path("given/../secret.csv").unwrap_err());
            println!("{}", csv::Writer::from_path("given/../secret.csv").unwrap_err());
            return;
        }
        files().unwrap();
        buffers();
        closures();
    }
"#;

const GRANTS: &str = "[nanoprocess.csv]\ngrants = [\"random\", \"fs.read\", \"fs.write\"]\n\
                      scope.directories = { given = \"read-write\" }\n\n[nanoprocess.paper]\n";

#[test]
fn files_and_buffers_are_as_natively() {
    let folder = application(MANIFEST, MAIN);
    let root = folder.path();
    let put = |file: &str, text: &str| {
        let path = root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put(
        "paper/Cargo.toml",
        "[package]\nname = \"paper\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    put("paper/src/lib.rs", PAPER);
    put("given/in.csv", "a,b\n1,2\n3,4\n");
    put("secret.csv", "a,b\n");
    let natively = run(root, "cargo", &["run"]);
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    run(root, tool, &["add", "csv", "paper"]);
    put("nanobuild.toml", GRANTS);
    assert_eq!(run(root, tool, &["run"]), natively);

    let refused = run(root, tool, &["run", "--", "refused"]);
    let lines: Vec<&str> = refused.lines().collect();
    let expected = [
        "what it reads or writes was opened in its nanoprocess and cannot leave that",
        "No such file or directory",
        "Operation not permitted",
        "Operation not permitted",
    ];
    assert_eq!(lines.len(), expected.len(), "{refused}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.contains(expected), "{line}\nis not\n{expected}");
    }
    let kept = std::fs::read_to_string(root.join("secret.csv")).unwrap();
    assert_eq!(kept, "a,b\n");
}
