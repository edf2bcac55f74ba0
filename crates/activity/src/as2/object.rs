//! Objects and actors (pump.io protocol, section 10.2).

use std::borrow::Cow;

use super::names::object_type;
use super::shapes::{Link, Object};
use super::time::with_milliseconds;
use super::{Local, ToAs2};
use crate::object::PUBLIC;
use crate::{Collection, MediaLink};

impl ToAs2 for crate::Object {
    type As2<'a> = Object<'a>;

    fn to_as2<'a>(&'a self, local: &Local<'a>) -> Object<'a> {
        let type_name = object_type(self.object_type.as_deref());
        let (type_name, former_type) = match self.deleted {
            Some(_) => ("Tombstone", Some(type_name)),
            None => (type_name, None),
        };
        Object {
            id: id(self, local),
            type_name,
            former_type,
            attributed_to: part(self.author.as_deref(), local),
            content: self.content.as_deref(),
            deleted: with_milliseconds(self.deleted.as_ref()),
            followers: address(self.followers.as_deref()),
            following: address(self.following.as_deref()),
            image: self.image.as_ref().and_then(picture),
            in_reply_to: part(self.in_reply_to.as_deref(), local),
            inbox: self.links.href("activity-inbox"),
            liked: address(self.favorites.as_deref()),
            location: part(self.location.as_deref(), local),
            name: self.display_name.as_deref(),
            outbox: self.links.href("activity-outbox"),
            published: with_milliseconds(self.published.as_ref()),
            replies: self.replies.as_ref().map(|replies| replies.to_as2(local)),
            summary: self.summary.as_deref(),
            updated: with_milliseconds(self.updated.as_ref()),
            url: self.url.as_deref().map(page),
            ..Object::default()
        }
    }
}

/// An object that stands in another.
pub(super) fn part<'a>(
    object: Option<&'a crate::Object>,
    local: &Local<'a>,
) -> Option<Box<Object<'a>>> {
    Some(Box::new(object?.to_as2(local)))
}

/// A link to a page for people.
pub(super) fn page(url: &str) -> Link<'_> {
    Link {
        media_type: Some("text/html"),
        ..Link::to(url)
    }
}

/// The id: where the document is, rather than the name that pump.io gives it.
fn id<'a>(object: &'a crate::Object, local: &Local<'a>) -> Option<Cow<'a, str>> {
    let own = object.links.href("self");
    let id = object.id.as_deref();
    if id == Some(PUBLIC) {
        return Some(local.public());
    }
    if object.is_a("person")
        && let Some(page) = own.or(id).and_then(|id| local.page(id))
    {
        return Some(Cow::Owned(page));
    }
    own.or(id).map(Cow::Borrowed)
}

fn address(collection: Option<&Collection>) -> Option<&str> {
    collection?.url.as_deref()
}

fn picture(image: &MediaLink) -> Option<Link<'_>> {
    Some(Link {
        width: image.width.as_ref(),
        height: image.height.as_ref(),
        ..Link::to(image.url.as_deref()?)
    })
}
