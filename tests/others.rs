//! Types of other crates in a crate's API, on real crates: re-exported as a module (`url::form_urlencoded`), one by one
//! (`toml::value::Datetime`), or under no name at all. One program says the same natively and sandboxed.
#![expect(clippy::tests_outside_test_module, reason = "this whole target is tests")]

mod sides;

use sides::{application, run};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
                        toml = { version = \"=0.8.23\", default-features = false, features = [\"parse\", \"display\"] }\n\
                        url = \"=2.5.4\"\n";

const MAIN: &str = r#"
    use toml::value::{Date, Datetime, Offset, Time};
    use url::form_urlencoded::{self, Parse, Serializer};
    use url::{Host, Url, UrlQuery};

    fn first(mut pairs: Parse<'_>) -> Option<String> {
        pairs.next().map(|(name, value)| format!("{name}:{value}"))
    }

    fn page(query: &mut Serializer<'_, UrlQuery<'_>>, number: u32) {
        query.append_pair("page", &number.to_string());
    }

    fn addresses() {
        let mut url = Url::parse("https://example.com/?a=1&b=%C3%A9+x&c#end").unwrap();
        for (name, value) in url.query_pairs() {
            println!("{name}={value}");
        }
        println!("{:?} {}", first(url.query_pairs()), url.query_pairs().count());
        println!("{:?}", url.query_pairs().into_owned().collect::<Vec<(String, String)>>());
        url.query_pairs_mut().append_pair("d", "x&y").append_key_only("e");
        println!("{url}");
        url.query_pairs_mut().clear().append_pair("only", "\u{e9}");
        page(&mut url.query_pairs_mut(), 7);
        println!("{url} {:?}", url.query());
        println!("{:?}", form_urlencoded::parse(b"x=1&y=%zz").collect::<Vec<_>>());
        let text: String = Serializer::new(String::new()).append_pair("k", "v w").append_pair("\u{e9}", "&").finish();
        println!("{text} {}", form_urlencoded::byte_serialize("a b/\u{e9}".as_bytes()).collect::<String>());
        let mut kept = Serializer::for_suffix("start?".to_owned(), 6);
        kept.append_pair("a", "b");
        println!("{}", kept.finish());
    }

    fn parts() {
        let mut pairs = std::collections::BTreeMap::new();
        pairs.insert("k", "v w".to_owned());
        let url = Url::parse_with_params("https://example.com:8080/a/b%20c/?x=1", &pairs).unwrap();
        println!("{url} {:?}", url.path_segments().map(|parts| parts.rev().collect::<Vec<_>>()));
        println!("{:?} {}", url.host(), url.host() == Some(Host::Domain("example.com")));
        println!("{}", url.host().map(|host| host.to_owned()) == Some(Host::Domain("example.org".to_owned())));
        let other = Url::parse("https://example.com:8080").unwrap();
        println!("{} {}", url.origin() == other.origin(), url.origin() == Url::parse("data:x").unwrap().origin());
    }

    fn dates() {
        let value: toml::Value = "a = 1979-05-27T07:32:00.5Z\nb = 07:32:00\nc = 'no date'".parse().unwrap();
        let full = value["a"].as_datetime().unwrap();
        println!("{full} {:?} {:?}", full.date.map(|date| date.year), full.offset == Some(Offset::Z));
        println!("{:?} {:?}", value["b"].as_datetime().map(ToString::to_string), value["c"].as_datetime());
        let parsed: Datetime = "1979-05-27".parse().unwrap();
        println!("{parsed} {:?} {}", parsed, toml::Value::from(parsed));
        println!("{}", "1979-13-27".parse::<Datetime>().unwrap_err());
        let made = Datetime { date: Some(Date { year: 2000, month: 2, day: 29 }), time: None, offset: None };
        let noon = Time { hour: 12, minute: 0, second: 0, nanosecond: 1 };
        println!("{made} {noon} {}", toml::Value::Datetime(Datetime { time: Some(noon), ..made }));
        match value["a"].clone() {
            toml::Value::Datetime(date) => println!("{date} {}", date == *full),
            other => println!("{other}"),
        }
    }

    fn main() {
        addresses();
        parts();
        dates();
    }
"#;

#[test]
fn types_of_other_crates_say_the_same_natively_and_sandboxed() {
    let folder = application(MANIFEST, MAIN);
    let root = folder.path();
    let natively = run(root, "cargo", &["run"]);
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    run(root, tool, &["add", "toml", "url", "--grant", "toml=random"]);
    assert_eq!(run(root, tool, &["run"]), natively);
    let lockfile = std::fs::read_to_string(root.join("nanobuild.lock")).unwrap();
    // What came along is the guest's affair: the application has none of it.
    assert!(!lockfile.contains("natives"), "{lockfile}");
    let graph = run(root, "cargo", &["tree", "--prefix", "none"]);
    assert!(
        !["form_urlencoded", "toml_datetime", "idna"]
            .iter()
            .any(|name| graph.contains(name)),
        "{graph}"
    );
    // What the lockfile pins gives the same again.
    run(root, tool, &["build", "--locked"]);
    assert_eq!(std::fs::read_to_string(root.join("nanobuild.lock")).unwrap(), lockfile);
}
