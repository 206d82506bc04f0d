//! What reachable code asks the system for, by the table of std's entry points, with who, where and how it is reached.
//!
//! An entry point counts where code that is not std's own refers to it. Std's own code reaches environment, output and more
//! in every module, to print panics; a package's code that is compiled in, or generic code of std that was instantiated
//! for it, only does what that package says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use nanobuild_policy::lockfile::Package;
use nanobuild_policy::{Capability, c_functions, std_paths, wasi};

use super::code::{Code, Function, Node};
use super::lines::Lines;
use super::origin::{Origin, Origins};
use super::report::{Report, Site, Step};
use super::symbol;

/// Reads attempts off an analysis module. `names` are public paths of exports; the others are known by their own names.
pub(super) fn attempts<'m>(
    code: &Code<'m>,
    lines: &Lines<'m>,
    packages: &[Package],
    root: &str,
    names: &BTreeMap<String, String>,
) -> Report {
    let origins = Origins::read(code, lines, packages);
    let paths: Vec<Vec<String>> = code
        .functions
        .iter()
        .map(|function| symbol::paths(function.symbol))
        .collect();
    let walk = Walk::new(code, names);
    let search = Search {
        code,
        lines,
        origins: &origins,
        paths: &paths,
        packages,
        root,
        walk: &walk,
        has_files: code
            .functions
            .iter()
            .any(|function| function.is_import() && function.symbol.starts_with("path_")),
    };
    let found = search.sites();
    let mut own = BTreeMap::<Node, BTreeSet<Capability>>::new();
    for (node, site) in &found {
        own.entry(*node).or_default().insert(site.capability);
    }
    let mut sites: Vec<Site> = found.into_iter().map(|(_, site)| site).collect();
    sites.sort();
    sites.dedup();
    Report {
        sites,
        reach: reach(code, names, &own),
    }
}

/// Who was reached first from whom, breadth first: shortest paths.
struct Walk<'a> {
    from: Vec<Option<Node>>,
    reached: Vec<bool>,
    order: Vec<Node>,
    names: BTreeMap<Node, &'a str>,
}

impl<'a> Walk<'a> {
    fn new(code: &'a Code<'_>, names: &'a BTreeMap<String, String>) -> Self {
        let exports = code.exports.iter();
        let exports: BTreeMap<Node, &str> = exports
            .map(|(name, node)| (*node, names.get(*name).map_or(*name, String::as_str)))
            .collect();
        let mut walk = Self {
            from: vec![None; code.len()],
            reached: vec![false; code.len()],
            order: Vec::new(),
            names: exports,
        };
        let roots: Vec<Node> = walk.names.keys().copied().chain(code.loose.iter().copied()).collect();
        let mut open = VecDeque::new();
        for root in roots {
            if let Some(reached) = walk.reached.get_mut(root).filter(|reached| !**reached) {
                *reached = true;
                open.push_back(root);
            }
        }
        while let Some(node) = open.pop_front() {
            walk.order.push(node);
            for edge in code.edges(node) {
                if !walk.reached[edge.to] {
                    walk.reached[edge.to] = true;
                    walk.from[edge.to] = Some(node);
                    open.push_back(edge.to);
                }
            }
        }
        walk
    }

    /// From the root down to a node.
    fn path(&self, node: Node) -> Vec<Node> {
        let mut path: Vec<Node> = std::iter::successors(Some(node), |node| self.from[*node]).collect();
        path.reverse();
        path
    }
}

struct Search<'a, 'm> {
    code: &'a Code<'m>,
    lines: &'a Lines<'m>,
    origins: &'a Origins,
    paths: &'a [Vec<String>],
    packages: &'a [Package],
    root: &'a str,
    walk: &'a Walk<'a>,
    has_files: bool,
}

impl Search<'_, '_> {
    /// Every place where code that counts refers to an entry point.
    fn sites(&self) -> Vec<(Node, Site)> {
        let mut found = Vec::new();
        for node in self.counted() {
            // What an entry point does inside is what its row says.
            if self.entry(node).is_some() {
                continue;
            }
            for (target, at) in self.referred(node) {
                for (capability, entry) in self.asks(target) {
                    found.push((node, self.site(node, at, capability, entry)));
                }
            }
        }
        found
    }

    /// Reachable functions whose doings count: packages' own, what was instantiated for them, and what is of unknown origin
    /// where one of these, or the outside, refers to it.
    fn counted(&self) -> Vec<Node> {
        let functions = self.code.functions.len();
        let mut counted = vec![false; functions];
        let mut open: Vec<Node> = Vec::new();
        for node in self.walk.order.iter().copied().filter(|node| *node < functions) {
            let counts = match self.origins.of(node) {
                Origin::Package(_) | Origin::Instance(_) => true,
                Origin::Unknown => self.walk.from[node].is_none(),
                Origin::Std | Origin::Libc | Origin::Ours => false,
            };
            if counts {
                counted[node] = true;
                open.push(node);
            }
        }
        let mut all = Vec::new();
        while let Some(node) = open.pop() {
            all.push(node);
            for (target, _) in self.referred(node) {
                if counted.get(target) == Some(&false) && *self.origins.of(target) == Origin::Unknown {
                    counted[target] = true;
                    open.push(target);
                }
            }
        }
        all.sort_unstable();
        all
    }

    /// Functions that a function calls, or has the address of, by way of data or not; and that data.
    fn referred(&self, node: Node) -> Vec<(Node, u64)> {
        let functions = self.code.functions.len();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let mut open: Vec<(Node, u64)> = self.code.edges(node).iter().map(|edge| (edge.to, edge.at)).collect();
        while let Some((target, at)) = open.pop() {
            if target < functions {
                found.push((target, at));
            } else if seen.insert(target) {
                found.push((target, at));
                open.extend(self.code.edges(target).iter().map(|edge| (edge.to, at)));
            }
        }
        found
    }

    fn entry(&self, node: Node) -> Option<(Capability, &str)> {
        let paths = self.paths.get(node)?;
        paths
            .iter()
            .find_map(|path| Some((std_paths::capability(path)?, path.as_str())))
    }

    /// What referring to a function, or to data of the C library, asks for.
    fn asks(&self, node: Node) -> Vec<(Capability, String)> {
        if let Some((capability, entry)) = self.entry(node) {
            return vec![(capability, entry.to_owned())];
        }
        let symbol = self.code.symbol(node);
        let is_import = self.code.functions.get(node).is_some_and(Function::is_import);
        let means = match wasi::import(symbol) {
            Ok(import) if is_import => import.means(self.has_files).to_vec(),
            _ => c_functions::capabilities(symbol, self.has_files),
        };
        means
            .into_iter()
            .map(|capability| (capability, symbol.to_owned()))
            .collect()
    }

    fn site(&self, node: Node, at: u64, capability: Capability, entry: String) -> Site {
        let path = self.walk.path(node);
        let package = path.iter().rev().find_map(|node| match self.origins.of(*node) {
            Origin::Package(package) | Origin::Instance(Some(package)) => self.packages.get(*package),
            _ => None,
        });
        let mut steps: Vec<Step> = path.iter().filter_map(|node| self.step(*node)).collect();
        let place = self.lines.place(at).or_else(|| self.origins.place(node).cloned());
        // A line of std says nothing about who is to blame; the last line of a package does.
        let blamed = place.filter(|place| !place.file.starts_with("/rustc/"));
        let blamed = blamed.or_else(|| steps.iter().rev().find_map(|step| step.place.clone()));
        if let Some(last) = steps.last_mut() {
            last.place.clone_from(&blamed);
        }
        Site {
            capability,
            entry,
            package: package.map_or_else(|| self.root.to_owned(), |package| package.name.clone()),
            caller: symbol::readable(self.code.functions[node].symbol),
            place: blamed,
            path: steps,
        }
    }

    /// A function of a call path: an export by its public path, code of packages by name; what lies between is left out.
    fn step(&self, node: Node) -> Option<Step> {
        let function = self.code.functions.get(node)?;
        let export = self.walk.names.get(&node);
        let named = matches!(self.origins.of(node), Origin::Package(_) | Origin::Unknown);
        if export.is_none() && !named {
            return None;
        }
        let place = self
            .origins
            .place(node)
            .filter(|_| *self.origins.of(node) != Origin::Ours);
        Some(Step {
            function: export.map_or_else(|| symbol::readable(function.symbol), |name| (*name).to_owned()),
            place: place.cloned(),
        })
    }
}

/// What each exported function can reach.
fn reach(
    code: &Code<'_>,
    names: &BTreeMap<String, String>,
    own: &BTreeMap<Node, BTreeSet<Capability>>,
) -> BTreeMap<Capability, BTreeSet<String>> {
    let mut callers: Vec<Vec<Node>> = vec![Vec::new(); code.len()];
    for node in 0..code.len() {
        for edge in code.edges(node) {
            callers[edge.to].push(node);
        }
    }
    let capabilities: BTreeSet<Capability> = own.values().flatten().copied().collect();
    let mut reach = BTreeMap::new();
    for capability in capabilities {
        let mut can = vec![false; code.len()];
        let mut open: Vec<Node> = own
            .iter()
            .filter(|(_, asks)| asks.contains(&capability))
            .map(|(node, _)| *node)
            .collect();
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut can[node], true) {
                open.extend(&callers[node]);
            }
        }
        let functions = code.exports.iter().filter(|(_, node)| can.get(*node) == Some(&true));
        let functions: BTreeSet<String> = functions.filter_map(|(name, _)| names.get(*name).cloned()).collect();
        if !functions.is_empty() {
            reach.insert(capability, functions);
        }
    }
    reach
}
