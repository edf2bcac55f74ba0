//! What the fuzz targets call. It stands among the tests of the crate, which replay the corpus, because a package holds no
//! other package within itself.

#[path = "../../tests/robustness/checks.rs"]
mod checks;

pub use checks::*;
