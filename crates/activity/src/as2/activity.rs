//! Activities (pump.io protocol, section 10.2).

use std::borrow::Cow;

use super::names::{Deed, deed};
use super::object::{page, part};
use super::shapes::Object;
use super::time::with_milliseconds;
use super::{Local, ToAs2};

impl ToAs2 for crate::Activity {
    type As2<'a> = Object<'a>;

    fn to_as2<'a>(&'a self, local: &Local<'a>) -> Object<'a> {
        let object = part(self.object.as_deref(), local);
        let (type_name, object) = match deed(self.verb.as_deref(), self.target.is_some()) {
            Deed::Do(type_name) => (type_name, object),
            Deed::Undo(type_name) => {
                let undone = Object {
                    type_name,
                    actor: part(self.actor.as_deref(), local),
                    object,
                    ..Object::default()
                };
                ("Undo", Some(Box::new(undone)))
            }
        };
        let name = self.extra.get("displayName").and_then(|name| name.as_str());
        Object {
            id: self
                .links
                .href("self")
                .or(self.id.as_deref())
                .map(Cow::Borrowed),
            type_name,
            actor: part(self.actor.as_deref(), local),
            bcc: recipients(self.bcc.as_deref(), local),
            bto: recipients(self.bto.as_deref(), local),
            cc: recipients(self.cc.as_deref(), local),
            context: part(self.context.as_deref(), local),
            deleted: with_milliseconds(self.deleted.as_ref()),
            generator: part(self.generator.as_deref(), local),
            location: part(self.location.as_deref(), local),
            name: name.or(self.title.as_deref()),
            object,
            published: with_milliseconds(self.published.as_ref()),
            summary: self.content.as_deref(),
            target: part(self.target.as_deref(), local),
            to: recipients(self.to.as_deref(), local),
            updated: with_milliseconds(self.updated.as_ref()),
            url: self.url.as_deref().map(page),
            ..Object::default()
        }
    }
}

fn recipients<'a>(list: Option<&'a [crate::Object]>, local: &Local<'a>) -> Vec<Object<'a>> {
    let list = list.unwrap_or_default();
    list.iter().map(|object| object.to_as2(local)).collect()
}
