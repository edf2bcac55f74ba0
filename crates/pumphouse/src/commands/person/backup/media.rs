//! The files that were posted: each under a name of its own.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use pumphouse_activity::{Activity, MediaLink, Object};
use pumphouse_client::{Session, Url};
use serde::{Deserialize, Serialize};

use super::directory::{Directory, not_written, remove_unfinished};
use super::lines::{self, Lines};
use super::manifest::Failure;
use crate::error::Error;
use crate::file_name;
use crate::progress::Bar;

/// A line of `media.jsonl`: which file is whose. It is written before the file is fetched, so that
/// the file keeps its name.
#[derive(Serialize, Deserialize)]
struct Named {
    url: String,
    file: String,
}

/// Where a file comes from.
struct Source {
    /// What it is known by.
    url: Url,
    /// Where it is fetched.
    address: String,
}

/// Fetches what is not there yet; gives how many files are new. What cannot be had is told in the
/// manifest.
pub(super) async fn fetch(
    directory: &mut Directory,
    session: &Session,
    profile: &Object,
    with_inbox: bool,
) -> Result<u64, Error> {
    let failed = |error: io::Error| {
        Error::failure("the files that were posted cannot be kept").with_source(error)
    };
    let sources = sources(directory, profile, with_inbox).map_err(failed)?;
    let media = directory.media();
    remove_unfinished(&media, ".part-").map_err(failed)?;
    let path = directory.collection("media");
    let mut names = Names::read(&path).map_err(failed)?;
    for source in &sources {
        names.choose(&source.url).map_err(failed)?;
    }
    names
        .lines
        .save()
        .map_err(|error| not_written(&path, error))?;

    let bar = Bar::of("media", sources.len() as u64);
    let mut new = 0;
    for source in sources {
        bar.advance();
        let Some(name) = names.by_url.get(source.url.as_str()) else {
            continue;
        };
        let path = media.join(name);
        // A file is there only when it is whole.
        if path.exists() {
            continue;
        }
        bar.say(name);
        match session.download(&source.address).to_file(&path).await {
            Ok(_) => new += 1,
            Err(error) => directory.manifest.media.failed.push(Failure {
                url: source.url.into(),
                why: error.to_string(),
            }),
        }
    }
    let there = names
        .by_url
        .values()
        .filter(|name| media.join(name).exists());
    directory.manifest.media.files = there.count() as u64;
    directory.save()?;
    Ok(new)
}

/// The files of what was saved: of the profile, of what was posted, uploaded and liked; of what came
/// only if that is asked for.
fn sources(directory: &Directory, profile: &Object, with_inbox: bool) -> io::Result<Vec<Source>> {
    let mut found = Found::default();
    let at = |name: &str| directory.collection(name);
    found.look(profile);
    for name in ["uploads", "favourites"] {
        lines::each(&at(name), |it: Object| found.look(&it))?;
    }
    let feeds = ["outbox"].into_iter().chain(with_inbox.then_some("inbox"));
    for name in feeds {
        lines::each(&at(name), |it: Activity| {
            if let Some(object) = &it.object {
                found.look(object);
            }
        })?;
    }
    Ok(found.sources)
}

#[derive(Default)]
struct Found {
    seen: HashSet<Url>,
    sources: Vec<Source>,
}

impl Found {
    fn look(&mut self, object: &Object) {
        self.add(object.file().as_ref());
        for attachment in object.attachments.iter().flatten() {
            self.add(attachment.file().as_ref());
        }
    }

    fn add(&mut self, media: Option<&MediaLink>) {
        let Some(media) = media else { return };
        let Some(address) = media.address() else {
            return;
        };
        let url = media.url.as_deref().unwrap_or(address);
        if let Ok(url) = url.parse::<Url>()
            && self.seen.insert(url.clone())
        {
            let address = address.to_owned();
            self.sources.push(Source { url, address });
        }
    }
}

/// The names of all files.
struct Names {
    lines: Lines,
    by_url: HashMap<String, String>,
    /// In lower case: not all systems tell them apart.
    taken: HashSet<String>,
}

impl Names {
    fn read(path: &Path) -> io::Result<Self> {
        let mut names = Self {
            lines: Lines::open(path)?,
            by_url: HashMap::new(),
            taken: HashSet::new(),
        };
        lines::each(path, |it: Named| {
            // Whoever else can write the file does not write elsewhere by it.
            if it.file == file_name::safe(&it.file) {
                names.taken.insert(it.file.to_lowercase());
                names.by_url.insert(it.url, it.file);
            }
        })?;
        Ok(names)
    }

    /// Gives a file its name, once.
    fn choose(&mut self, url: &Url) -> io::Result<()> {
        if self.by_url.contains_key(url.as_str()) {
            return Ok(());
        }
        let own = file_name::of_url(url);
        let (stem, ending) = file_name::split(&own);
        let mut name = own.clone();
        let mut number = 2_u64;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{stem}-{number}{ending}");
            number += 1;
        }
        let named = Named {
            url: url.to_string(),
            file: name.clone(),
        };
        self.lines.add_if_new(url.as_str(), None, &named)?;
        self.by_url.insert(named.url, name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_of_one_name_get_names_of_their_own_and_keep_them() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("media.jsonl");
        let urls = [
            "http://a/1/cat.jpg",
            "http://a/2/cat.jpg",
            "http://b/Cat.JPG",
            "http://a/cat-2.jpg",
        ];
        let names = |urls: &[&str]| {
            let mut names = Names::read(&path).unwrap();
            let names = urls.iter().map(|url| {
                names.choose(&url.parse().unwrap()).unwrap();
                names.lines.save().unwrap();
                names.by_url[*url].clone()
            });
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(&urls[..2]), ["cat.jpg", "cat-2.jpg"]);
        assert_eq!(
            names(&urls),
            ["cat.jpg", "cat-2.jpg", "Cat-3.JPG", "cat-2-2.jpg"]
        );
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 4);
    }
}
