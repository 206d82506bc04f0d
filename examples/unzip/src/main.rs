//! Extracts archives that somebody uploaded into the folder `uploads`.
//!
//!     unzip ARCHIVE...

use std::error::Error;
use std::fs::File;
use std::process::ExitCode;
use std::env;

use zip::ZipArchive;

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for archive in env::args().skip(1) {
        match extract(&archive) {
            Ok(entries) => println!("{archive}: extracted {entries} entries"),
            Err(error) => {
                eprintln!("{archive}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn extract(archive: &str) -> Result<usize, Box<dyn Error>> {
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    archive.extract("uploads")?;
    Ok(archive.len())
}
