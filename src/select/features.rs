//! Features of one package, unified over the workspace as Cargo does.

use std::collections::BTreeSet;

use cargo_metadata::PackageId;
use guppy::graph::cargo::{CargoOptions, CargoResolverVersion};
use guppy::graph::feature::{FeatureFilterFn, FeatureId, FeatureLabel, StandardFeatures};
use guppy::platform::PlatformSpec;

use super::graph::Graph;

/// Cargo's feature flags, as the command line has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flags {
    /// `--features`, split; `member/feature` forms included.
    pub features: BTreeSet<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

impl Flags {
    /// Everything that the workspace could switch on.
    #[must_use]
    pub fn all() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    fn wants(&self, graph: &Graph, id: FeatureId<'_>) -> bool {
        let name = match id.label() {
            FeatureLabel::Base => return true,
            FeatureLabel::Named(name) | FeatureLabel::OptionalDependency(name) => name,
        };
        if self.all || (name == "default" && !self.no_default) {
            return true;
        }
        let package = graph
            .features
            .metadata(id.package_id())
            .map_or("", |metadata| metadata.name());
        self.features.contains(name) || self.features.contains(&format!("{package}/{name}"))
    }
}

impl Graph {
    /// Features of `id` that a build of the whole workspace switches on, on whatever platform, tests included.
    /// `None` if no such build contains the package (an optional dependency that is off).
    #[must_use]
    pub fn features_of(&self, id: &PackageId, flags: &Flags) -> Option<BTreeSet<String>> {
        let graph = &self.features;
        let filter = FeatureFilterFn::new(|_, id: FeatureId<'_>| flags.wants(self, id));
        let initials = graph.resolve_workspace().to_feature_set(filter);
        let nothing = graph.resolve_none().to_feature_set(StandardFeatures::None);
        let mut options = CargoOptions::new();
        options
            .set_resolver(CargoResolverVersion::V1)
            .set_include_dev(true)
            .set_platform(PlatformSpec::Any);
        let cargo = guppy::graph::cargo::CargoSet::new(initials, nothing, &options).ok()?;
        let id = guppy::PackageId::new(id.repr.clone());
        let mut found = None::<BTreeSet<String>>;
        for set in [cargo.target_features(), cargo.host_features()] {
            if let Ok(Some(list)) = set.features_for(&id) {
                let optional = list.optional_deps().filter(|name| self.has_feature(&id, name));
                let names = list.named_features().chain(optional).map(str::to_owned);
                found.get_or_insert_default().extend(names);
            }
        }
        let mut found = found?;
        let name = graph.metadata(&id).map_or("", |metadata| metadata.name());
        found.extend(
            flags
                .features
                .iter()
                .filter_map(|flag| flag.strip_prefix(name)?.strip_prefix('/'))
                .map(str::to_owned),
        );
        Some(found)
    }

    /// Whether a manifest's feature table, implicit entries included, has this name.
    fn has_feature(&self, id: &guppy::PackageId, name: &str) -> bool {
        self.metadata
            .packages
            .iter()
            .any(|package| package.id.repr == id.repr() && package.features.contains_key(name))
    }
}
