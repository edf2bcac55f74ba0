//! The recipients of one activity.

use pumphouse_activity::{Acct, Activity, Object};

use super::recipient::Recipient;
use crate::discovery::Endpoints;
use crate::error::{Error, ErrorKind, Result};

/// To whom an activity is addressed.
#[derive(Clone, Debug, Default)]
pub(super) struct Recipients {
    pub(super) to: Vec<Recipient>,
    pub(super) cc: Vec<Recipient>,
    pub(super) bto: Vec<Recipient>,
    pub(super) bcc: Vec<Recipient>,
    /// Not even those whom the server would choose.
    pub(super) nobody_else: bool,
}

impl Recipients {
    /// Adds them to an activity, seen from the account that writes.
    pub(super) fn write(
        &self,
        activity: &mut Activity,
        me: &Acct,
        endpoints: &Endpoints,
    ) -> Result<()> {
        for (named, list) in [
            (&self.to, &mut activity.to),
            (&self.cc, &mut activity.cc),
            (&self.bto, &mut activity.bto),
            (&self.bcc, &mut activity.bcc),
        ] {
            if !named.is_empty() {
                let objects = named.iter().map(|who| who.to_object(me, endpoints));
                list.get_or_insert_default().extend(objects);
            }
        }
        for recipient in activity.recipients() {
            check_reference(recipient, "a recipient")?;
        }
        if self.nobody_else && activity.recipients().next().is_none() {
            activity.bcc = Some(vec![Recipient::Myself.to_object(me, endpoints)]);
        }
        Ok(())
    }
}

/// Servers need both; without them old ones fail, or make up an empty person
/// (pump.io protocol, section 6.3).
pub(super) fn check_reference(object: &Object, what: &str) -> Result<()> {
    let missing = match (&object.object_type, &object.id) {
        (Some(_), Some(_)) => return Ok(()),
        (None, _) => "type",
        (_, None) => "id",
    };
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("{what} has no {missing}"),
    ))
}
