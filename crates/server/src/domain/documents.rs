//! Between typed objects and the documents that the store keeps.
//!
//! A kept document mentions other objects by type and id only; [`super::render`] puts the
//! objects themselves back in.

use http::StatusCode;
use pumphouse_activity::{Activity, Extra, Object, PumpIo};
use pumphouse_store::{StoredActivity, StoredObject};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How long a document may be that is kept, in bytes: one body gives no such length unless it is all
/// characters that HTML writes longer, but one update after another does.
const LONGEST: usize = 400 * 1_024;

/// The object in a kept document.
pub(crate) fn object(stored: &StoredObject) -> Result<Object> {
    serde_json::from_str(&stored.document)
        .map_err(|error| Error::internal("document of an object", error))
}

/// The activity in a kept document.
pub(crate) fn activity(stored: &StoredActivity) -> Result<Activity> {
    serde_json::from_str(&stored.document)
        .map_err(|error| Error::internal("document of an activity", error))
}

/// Whom a kept activity is for. The rest of its document is passed over: this is asked for each thing
/// that is read.
pub(crate) fn recipients(stored: &StoredActivity) -> Result<Vec<Object>> {
    #[derive(Deserialize)]
    struct Recipients {
        to: Option<Vec<Object>>,
        cc: Option<Vec<Object>>,
        bto: Option<Vec<Object>>,
        bcc: Option<Vec<Object>>,
    }
    let Recipients { to, cc, bto, bcc } = serde_json::from_str(&stored.document)
        .map_err(|error| Error::internal("document of an activity", error))?;
    Ok([to, cc, bto, bcc].into_iter().flatten().flatten().collect())
}

/// The document to keep of an object: without what is computed for each reader.
///
/// # Errors
///
/// 413 if it is too long, as that of an activity is.
pub(crate) fn of_object(object: &Object) -> Result<String> {
    let mut kept = object.clone();
    kept.author = kept.author.map(|author| Box::new(mention(&author)));
    kept.in_reply_to = kept.in_reply_to.map(|parent| Box::new(mention(&parent)));
    kept.liked = None;
    kept.pump_io = kept.pump_io.and_then(|given| picture(*given));
    for feed in [
        &mut kept.likes,
        &mut kept.replies,
        &mut kept.shares,
        &mut kept.followers,
        &mut kept.following,
        &mut kept.favorites,
        &mut kept.lists,
        &mut kept.members,
        &mut kept.documents,
    ]
    .into_iter()
    .flatten()
    {
        feed.items = None;
        feed.total_items = None;
        feed.pump_io = None;
    }
    written(&kept)
}

/// The one thing that people say of themselves under `pump_io`: their picture in full size (section 4.2).
fn picture(given: PumpIo) -> Option<Box<PumpIo>> {
    let (name, picture) = given
        .extra
        .into_iter()
        .find(|(name, _)| name == "fullImage")?;
    let extra = Extra::from_iter([(name, picture)]);
    Some(Box::new(PumpIo {
        extra,
        ..PumpIo::default()
    }))
}

/// The document to keep of an activity.
pub(crate) fn of_activity(activity: &Activity) -> Result<String> {
    let mut kept = activity.clone();
    // The other parts may be known to nobody but this activity.
    for part in [&mut kept.actor, &mut kept.object, &mut kept.generator] {
        if let Some(object) = part
            && object.id.is_some()
        {
            **object = mention(object);
        }
    }
    for recipients in [&mut kept.to, &mut kept.cc, &mut kept.bto, &mut kept.bcc] {
        for recipient in recipients.iter_mut().flatten() {
            *recipient = mention(recipient);
        }
    }
    written(&kept)
}

fn written(kept: &impl Serialize) -> Result<String> {
    let document = serde_json::to_string(kept)
        .map_err(|error| Error::internal("document to be kept", error))?;
    if document.len() > LONGEST {
        return Err(Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("Written out, this takes more than {LONGEST} bytes."),
        ));
    }
    Ok(document)
}

/// The objects that an activity holds, but for its recipients.
pub(crate) fn parts(activity: &mut Activity) -> [&mut Option<Box<Object>>; 8] {
    [
        &mut activity.actor,
        &mut activity.object,
        &mut activity.target,
        &mut activity.generator,
        &mut activity.provider,
        &mut activity.context,
        &mut activity.location,
        &mut activity.source,
    ]
}

/// An object reduced to its type and id.
pub(crate) fn mention(object: &Object) -> Object {
    Object {
        object_type: object.object_type.clone(),
        id: object.id.clone(),
        ..Object::default()
    }
}

/// Whether a collection is a list: has a name and members of one type (section 6.8).
pub(crate) fn is_list(object: &Object) -> bool {
    object.is_a("collection")
        && object.display_name.is_some()
        && object
            .object_types
            .as_ref()
            .is_some_and(|types| types.len() == 1)
}
