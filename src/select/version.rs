//! The version that a bindings package carries.
//!
//! Cargo's `[patch]` fails open: a requirement that the patch does not satisfy takes the registry's copy, natively. So
//! the bindings claim the largest version that every requirement in the graph accepts, and later requirements still match.

use semver::{BuildMetadata, Comparator, Op, Prerelease, Version, VersionReq};

/// Larger than any published minor or patch number.
const LAST: u64 = 4_294_967_295;

/// The largest version compatible with `real` that all `requirements` accept, with the real one as build metadata;
/// `real` itself if they accept no other.
#[must_use]
pub fn bindings_version(real: &Version, requirements: &[VersionReq]) -> Version {
    let claim = |major, minor, patch| Version {
        major,
        minor,
        patch,
        pre: Prerelease::EMPTY,
        build: BuildMetadata::new(&real.to_string().replace('+', ".")).unwrap_or_default(),
    };
    let last = |major, minor| {
        if major == 0 {
            claim(0, minor, LAST)
        } else {
            claim(major, LAST, 0)
        }
    };
    let mut candidates = vec![last(real.major, real.minor), claim(real.major, real.minor, LAST)];
    let bounds = requirements.iter().flat_map(|requirement| &requirement.comparators);
    candidates.extend(
        bounds
            .filter_map(upper)
            .map(|(major, minor, patch)| claim(major, minor, patch)),
    );
    candidates.retain(|candidate| {
        let compatible = candidate.major == real.major && (real.major > 0 || candidate.minor == real.minor);
        let frozen = real.major == 0 && real.minor == 0 && candidate.patch != real.patch;
        let larger = candidate.cmp_precedence(real) == std::cmp::Ordering::Greater;
        compatible && !frozen && larger && requirements.iter().all(|requirement| requirement.matches(candidate))
    });
    candidates.into_iter().max().unwrap_or_else(|| real.clone())
}

/// The largest version that a comparator accepts, if it has an end below its major version's.
fn upper(comparator: &Comparator) -> Option<(u64, u64, u64)> {
    let Comparator {
        op,
        major,
        minor,
        patch,
        ..
    } = comparator;
    match (op, minor, patch) {
        (Op::Exact | Op::LessEq, Some(minor), Some(patch)) => Some((*major, *minor, *patch)),
        (Op::Exact | Op::LessEq | Op::Tilde | Op::Wildcard, Some(minor), _) => Some((*major, *minor, LAST)),
        (Op::Less, Some(minor), Some(patch)) if *patch > 0 => Some((*major, *minor, patch - 1)),
        (Op::Less, Some(minor), _) if *minor > 0 => Some((*major, minor - 1, LAST)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_the_largest_version_that_all_accept() {
        for (real, requirements, expected) in [
            ("1.0.20", &["1", "^1.0.3", "*"][..], "1.4294967295.0+1.0.20"),
            ("0.8.5", &["0.8", ">=0.8.1"], "0.8.4294967295+0.8.5"),
            ("0.8.5", &[">=0.7, <0.10"], "0.8.4294967295+0.8.5"),
            ("1.4.2", &["~1.4", "1"], "1.4.4294967295+1.4.2"),
            ("1.4.2", &["<1.6", "1.2"], "1.5.4294967295+1.4.2"),
            ("1.4.2", &["<1.6.3"], "1.6.2+1.4.2"),
            ("1.4.2", &["=1.4.2", "1"], "1.4.2"),
            ("1.4.2", &["1.4.*"], "1.4.4294967295+1.4.2"),
            ("0.0.3", &["0.0.3"], "0.0.3"),
            ("1.0.0-rc.2", &["1.0.0-rc.1"], "1.4294967295.0+1.0.0-rc.2"),
            ("1.0.0-rc.2", &["=1.0.0-rc.2"], "1.0.0-rc.2"),
            ("2.0.1+zstd.1.5", &["2"], "2.4294967295.0+2.0.1.zstd.1.5"),
        ] {
            let requirements: Vec<VersionReq> = requirements.iter().map(|text| text.parse().unwrap()).collect();
            let version = bindings_version(&real.parse().unwrap(), &requirements);
            assert_eq!(version.to_string(), expected, "{real} under {requirements:?}");
            assert!(requirements.iter().all(|requirement| requirement.matches(&version)));
        }
    }
}
