//! Files that people upload, and the objects that are made of them (pump.io protocol, section 7.6).
//!
//! A file arrives in a place for incomplete ones, is looked at and cleaned, moved to where it stays,
//! and then an object is made of it that only its author sees until it is posted.

mod envelope;
mod files;
mod media_type;
mod metadata;
mod picture;

pub(crate) use files::{Received, Small, Uploads};
pub(crate) use media_type::is_shown;

use std::fs::{self, File};
use std::io::{Read as _, Write as _};

use pumphouse_activity::{MediaLink, Object};
use pumphouse_store::{Edge, Snapshot, Store, Upload, User};
use tempfile::NamedTempFile;

use self::files::Shelf;
use self::media_type::{HEAD, Kind, MediaType};
use self::picture::Size;
use super::posting::{Actor, Posting};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, objects, scrub};
use crate::error::{Error, Result};
use crate::{clock, ids};

/// How many files are removed at a time.
const SWEPT: u32 = 100;

/// A file in its place.
#[derive(Debug)]
struct Kept {
    path: String,
    media_type: String,
    size: Option<Size>,
}

/// The files of one object.
#[derive(Debug)]
struct Files {
    kind: Kind,
    whole: Kept,
    thumbnail: Option<Kept>,
}

/// Makes an object of a file: it has an author but is not posted yet.
///
/// Has to run to its end once it has begun, or the store may know a file that is gone.
pub(crate) async fn keep(
    uploads: &Uploads,
    store: &Store,
    site: &Site,
    user: User,
    mut received: Received,
    now: i64,
) -> Result<Object> {
    let title = received.title.take();
    let description = received.description.take();
    let name = format!("{}/{}/{}", user.nickname, clock::day(now), ids::uuid());
    let mut shelf = Shelf::new(uploads.clone());
    let (files, shelf, description) = uploads
        .run(move || {
            let description = description.as_deref().map(scrub::html);
            Ok((put(received, &mut shelf, &name)?, shelf, description))
        })
        .await?;
    let site = site.clone();
    let object = store
        .write(move |tx| {
            let actor = Actor::user(tx, &user)?;
            let viewer = Viewer::User(user);
            let posting = Posting {
                tx,
                site: &site,
                actor: &actor,
                viewer: &viewer,
                now,
            };
            let object = Object {
                display_name: title,
                content: description,
                ..files.object(&site)
            };
            let stored = objects::insert(&posting, &object, None)?;
            tx.add_edge(Edge::Upload, actor.person, stored.key)?;
            for kept in [Some(files.whole), files.thumbnail].into_iter().flatten() {
                let upload = Upload {
                    object: stored.key,
                    media_type: kept.media_type,
                };
                tx.insert_upload(&kept.path, &upload)?;
            }
            Renderer::new(tx, &site, &viewer).one_object(&stored, Detail::Bare)
        })
        .await?;
    shelf.leave();
    Ok(object)
}

/// Looks at a file and gives it its place, and its thumbnail if it has one.
fn put(received: Received, shelf: &mut Shelf, name: &str) -> Result<Files> {
    let Received {
        file,
        media_type,
        small,
        ..
    } = envelope::open(received, shelf.uploads())?;
    let head = head(&file)?;
    if head.is_empty() {
        return Err(Error::bad_request("The file is empty."));
    }
    let MediaType {
        name: media_type,
        kind,
        extension,
    } = MediaType::of(&head, media_type.as_deref());
    let mut whole = Kept {
        path: format!("{name}.{extension}"),
        media_type,
        size: None,
    };
    if kind != Kind::Picture {
        if small == Small::Avatar {
            return Err(Error::bad_request("What stands for a person is a picture."));
        }
        shelf.put(file, &whole.path)?;
        return Ok(Files {
            kind,
            whole,
            thumbnail: None,
        });
    }
    let picture = picture::prepare(&fs::read(file.path())?, &whole.media_type, small)?;
    whole.size = Some(picture.size);
    shelf.put(written(shelf.uploads(), &picture.file)?, &whole.path)?;
    let mut files = Files {
        kind,
        whole,
        thumbnail: None,
    };
    if let Some(thumbnail) = picture.thumbnail {
        let extension = MediaType::of(&thumbnail.file, None).extension;
        let kept = Kept {
            path: format!("{name}_thumb.{extension}"),
            media_type: thumbnail.media_type.to_owned(),
            size: Some(thumbnail.size),
        };
        shelf.put(written(shelf.uploads(), &thumbnail.file)?, &kept.path)?;
        files.thumbnail = Some(kept);
    }
    Ok(files)
}

fn head(file: &NamedTempFile) -> Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    // Opened anew, because the file stands at its end.
    File::open(file.path())?
        .take(HEAD as u64)
        .read_to_end(&mut head)?;
    Ok(head)
}

fn written(uploads: &Uploads, content: &[u8]) -> Result<NamedTempFile> {
    let mut file = uploads.begin()?;
    file.write_all(content)?;
    Ok(file)
}

impl Files {
    /// The object that is made of the files, without what every new object gets.
    fn object(&self, site: &Site) -> Object {
        let link = |kept: &Kept| MediaLink {
            url: Some(site.urls.upload(&kept.path)),
            width: kept.size.map(|(width, _)| width.into()),
            height: kept.size.map(|(_, height)| height.into()),
            ..MediaLink::default()
        };
        match self.kind {
            Kind::Picture | Kind::Drawing => Object {
                image: Some(link(self.thumbnail.as_ref().unwrap_or(&self.whole))),
                full_image: self.thumbnail.as_ref().map(|_| link(&self.whole)),
                ..Object::new("image")
            },
            Kind::Audio => Object {
                stream: Some(link(&self.whole)),
                ..Object::new("audio")
            },
            Kind::Video => Object {
                stream: Some(link(&self.whole)),
                ..Object::new("video")
            },
            Kind::File => {
                let mut object = Object::new("file");
                let address = site.urls.upload(&self.whole.path);
                object.extra.insert("fileUrl".to_owned(), address.into());
                let media_type = self.whole.media_type.as_str();
                object
                    .extra
                    .insert("mimeType".to_owned(), media_type.into());
                object
            }
        }
    }
}

/// The file with this path, if the viewer may see what it belongs to.
pub(crate) fn find(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    path: &str,
) -> Result<Upload> {
    let upload = snapshot
        .upload(path)?
        .ok_or_else(|| Error::not_found(format!("No such file: {path}")))?;
    let object = snapshot
        .object(upload.object)?
        .ok_or_else(|| Error::internal("uploads", "a file of no object"))?;
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    if !sight.of_object(&object)? {
        return Err(Error::forbidden("Not allowed"));
    }
    if object.deleted.is_some() {
        return Err(Error::gone());
    }
    Ok(upload)
}

/// Removes the files of objects that were deleted; another time, if somebody needs them now.
pub(crate) async fn sweep(uploads: &Uploads, store: &Store) -> Result<()> {
    let Some(_removing) = uploads.begin_removing() else {
        return Ok(());
    };
    loop {
        let paths = store.read(|snapshot| snapshot.discarded_uploads(SWEPT))?;
        if paths.is_empty() {
            return Ok(());
        }
        for path in &paths {
            uploads.remove(path).await?;
        }
        store
            .write(move |tx| paths.iter().try_for_each(|path| tx.delete_upload(path)))
            .await?;
    }
}
