//! Work of published crates that computes and does nothing else, the same natively and in a sandbox. Each kernel makes
//! its input once and gives a number that depends on all of the work.

use std::sync::LazyLock;

/// A kernel's crate and its work.
pub type Kernel = (&'static str, fn() -> u64);

/// All of them.
pub const KERNELS: [Kernel; 15] = [
    ("base64", base64),
    ("csv", csv),
    ("lz4_flex", lz4),
    ("miniz_oxide, deflate", deflate),
    ("miniz_oxide, inflate", inflate),
    ("png", png),
    ("pulldown-cmark", markdown),
    ("regex", regex),
    ("roxmltree", xml),
    ("semver", semver),
    ("serde_json", json),
    ("sha2", sha2),
    ("similar", similar),
    ("strsim", strsim),
    ("unicode-segmentation", words),
];

/// Numbers that are the same on every machine (xorshift).
fn numbers() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(0x9e37_79b9_7f4a_7c15_u64), |state| {
        let mut next = *state;
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        Some(next)
    })
}

/// Prose of a few hundred words, over and over in another order.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    const WORDS: [&str; 24] = [
        "the", "sandbox", "naïve", "of", "memory", "call", "über", "a", "guest", "returns", "bytes", "which", "host",
        "checks", "once", "and", "copies", "never", "trusts", "length", "without", "limit", "état", "path",
    ];
    let mut text = String::new();
    for (at, number) in numbers().take(4_000).enumerate() {
        text.push_str(WORDS[(number % WORDS.len() as u64) as usize]);
        text.push_str(if at % 11 == 10 { ".\n" } else { " " });
    }
    text
});

fn base64() -> u64 {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD;
    let text = engine.encode(TEXT.as_bytes());
    let back = engine.decode(&text).expect("it was just encoded");
    text.len() as u64 + back.len() as u64
}

fn csv() -> u64 {
    static ROWS: LazyLock<String> = LazyLock::new(|| {
        let row = |number: u64| format!("{number},\"item {}\",{}.5,yes\n", number % 100, number % 1000);
        numbers().take(1_000).map(row).collect()
    });
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(ROWS.as_bytes());
    let records = reader.records().map(|record| record.expect("rows have four fields"));
    records.map(|record| record[1].len() as u64).sum()
}

fn lz4() -> u64 {
    let packed = lz4_flex::compress_prepend_size(TEXT.as_bytes());
    let back = lz4_flex::decompress_size_prepended(&packed).expect("it was just compressed");
    packed.len() as u64 + back.len() as u64
}

fn deflate() -> u64 {
    miniz_oxide::deflate::compress_to_vec(TEXT.as_bytes(), 6).len() as u64
}

fn inflate() -> u64 {
    static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| miniz_oxide::deflate::compress_to_vec(TEXT.as_bytes(), 6));
    miniz_oxide::inflate::decompress_to_vec(&PACKED).map_or(0, |bytes| bytes.len() as u64)
}

fn png() -> u64 {
    static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 128, 128);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().expect("it writes to memory");
        let pixels: Vec<u8> = (0..128 * 128 * 4_u32).map(|at| (at / 7 % 251) as u8).collect();
        writer.write_image_data(&pixels).expect("it writes to memory");
        writer.finish().expect("it writes to memory");
        bytes
    });
    let mut reader = png::Decoder::new(&IMAGE[..]).read_info().expect("it is an image");
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).expect("it has one frame");
    pixels.iter().map(|byte| u64::from(*byte)).sum()
}

fn markdown() -> u64 {
    static SOURCE: LazyLock<String> = LazyLock::new(|| {
        let lines = TEXT.lines().enumerate();
        let block = |(at, line): (usize, &str)| match at % 5 {
            0 => format!("## {line}\n\n"),
            1 => format!("- *{line}*\n- `code`\n\n"),
            2 => format!("> {line} [link](https://example.org/{at})\n\n"),
            _ => format!("{line}\n\n"),
        };
        lines.map(block).collect()
    });
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(&SOURCE));
    html.len() as u64
}

fn regex() -> u64 {
    static PATTERN: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r"(?i)\b(\w+)\s+(bytes|memory|über)\b").expect("it is an expression"));
    let captures = PATTERN.captures_iter(&TEXT);
    captures
        .map(|found| found[1].len() as u64 + found.get(0).map_or(0, |all| all.start() as u64))
        .sum()
}

fn xml() -> u64 {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let element = |(at, line): (usize, &str)| format!("<p id=\"{at}\" class=\"x\"><b>{line}</b>&amp; more</p>\n");
        format!(
            "<doc>{}</doc>",
            TEXT.lines().enumerate().map(element).collect::<String>()
        )
    });
    let document = roxmltree::Document::parse(&DOCUMENT).expect("it is well-formed");
    document
        .descendants()
        .map(|node| node.text().map_or(1, str::len) as u64)
        .sum()
}

fn semver() -> u64 {
    static VERSIONS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let version = |number: u64| format!("{}.{}.{}-rc.{}+b", number % 9, number % 31, number % 17, number % 5);
        numbers().take(500).map(version).collect()
    });
    let mut versions: Vec<semver::Version> = VERSIONS.iter().filter_map(|text| text.parse().ok()).collect();
    versions.sort();
    versions
        .iter()
        .zip(1..)
        .map(|(version, place)| version.minor * place)
        .sum()
}

fn json() -> u64 {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let item =
            |(number, line): (u64, &str)| format!("{{\"id\":{number},\"text\":{line:?},\"tags\":[1,2.5,null,true]}}");
        let items: Vec<String> = numbers().zip(TEXT.lines()).map(item).collect();
        format!("[{}]", items.join(","))
    });
    let value: serde_json::Value = serde_json::from_str(&DOCUMENT).expect("it is a document");
    value.to_string().len() as u64
}

fn sha2() -> u64 {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(TEXT.as_bytes());
    hash.iter().map(|byte| u64::from(*byte)).sum()
}

fn similar() -> u64 {
    static OTHER: LazyLock<String> = LazyLock::new(|| {
        let line = |(at, line): (usize, &str)| {
            if at % 9 == 0 {
                format!("{line}!\n")
            } else {
                format!("{line}\n")
            }
        };
        TEXT.lines().enumerate().map(line).collect()
    });
    similar::TextDiff::from_lines(TEXT.as_str(), OTHER.as_str())
        .iter_all_changes()
        .count() as u64
}

fn strsim() -> u64 {
    let lines: Vec<&str> = TEXT.lines().take(24).collect();
    let pairs = lines.iter().zip(lines.iter().skip(1));
    pairs.map(|(one, other)| strsim::levenshtein(one, other) as u64).sum()
}

fn words() -> u64 {
    use unicode_segmentation::UnicodeSegmentation;
    TEXT.unicode_words().map(|word| word.len() as u64).sum()
}
