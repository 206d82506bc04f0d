//! An application with types of its own; what it prints must not depend on where its dependencies run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    city: String,
    people: Option<u64>,
    ratio: f32,
    kind: Kind,
    since: Release,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Big,
    Small,
}

/// A type of one sandboxed crate within a row of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Release(semver::Version);

#[derive(Debug, Serialize, Deserialize)]
struct Package {
    version: semver::Version,
    needs: BTreeMap<String, semver::VersionReq>,
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some("full") {
        return full();
    }
    let row = |city: &str, people, kind, since: &str| Row {
        city: city.to_owned(),
        people,
        ratio: 1.25,
        kind,
        since: Release(since.parse().unwrap()),
    };
    let rows = [
        row("Paris", Some(2_100_000), Kind::Big, "1.2.3-a+b"),
        row("Ulm, \"on the Danube\"", None, Kind::Small, "0.0.1"),
    ];
    let text = written(&rows);
    print!("{text}");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let read: Vec<Row> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    assert_eq!(read, rows);
    refused();
    packages();
}

fn written(rows: &[Row]) -> String {
    let mut text = Vec::new();
    {
        let mut writer = csv::Writer::from_writer(&mut text);
        for row in rows {
            writer.serialize(row).unwrap();
        }
        let error = writer.serialize(BTreeMap::from([(1, 2)])).unwrap_err();
        println!("{error}");
    }
    String::from_utf8(text).unwrap()
}

fn refused() {
    let text = "city,people,ratio,kind,since\nA,x,1,Big,1.0.0\nB,1,2,Huge,1.0.0\nC,1,2,Big,1.0\nD,1\n";
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for row in reader.deserialize::<Row>() {
        println!("{}", row.unwrap_err());
    }
    let mut reader = csv::Reader::from_reader("a,b\n1,2\n-3,4\n".as_bytes());
    let pairs: Vec<(i8, u64)> = reader.deserialize().collect::<Result<_, _>>().unwrap();
    let maps = csv::Reader::from_reader("a,b\n1,2\n".as_bytes()).into_deserialize();
    let maps: Vec<BTreeMap<String, u8>> = maps.collect::<Result<_, _>>().unwrap();
    println!("{pairs:?} {maps:?}");
}

fn packages() {
    let good = r#"{"version":"1.2.3","needs":{"a":">=1, <2","b":"*"}}"#;
    let package: Package = serde_json::from_str(good).unwrap();
    println!("{}", serde_json::to_string_pretty(&package).unwrap());
    for bad in ["{\"version\":\n \"1.2\"}", "{\"version\": 12}", "{\"version\":\"1.0.0\",\"needs\":{\"a\":\"no\"}}"] {
        println!("{}", serde_json::from_str::<Package>(bad).unwrap_err());
    }
}

/// A writer that takes nothing.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("no room"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn full() {
    let mut writer = csv::Writer::from_writer(Full);
    writer.write_record(["a", "b"]).unwrap();
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        writer.into_inner().map(drop).unwrap_err().to_string()
    }));
    match told {
        Ok(error) => println!("an error: {error}"),
        Err(payload) => println!("a fault: {}", payload.downcast_ref::<String>().unwrap()),
    }
}
