//! What a signer writes the same in every request, written once.
//!
//! Only nonce and timestamp are new each time, so base string and header are kept as texts with two holes.

use zeroize::Zeroizing;

use super::Signer;
use crate::base_string;
use crate::header;
use crate::params::Param;
use crate::percent;
use crate::protocol::{Name, SENDING_ORDER, Values};
use crate::signature::BoundMethod;
use crate::written::Written;

/// What depends on nothing but the signer.
pub(super) struct Ready {
    /// The method with its keys taken in, when it gains by that.
    pub(super) bound: Option<Box<dyn BoundMethod>>,
    /// The protocol parameters in the base string; the holes are nonce and timestamp.
    pub(super) base_string: Template,
    /// The header up to the last parameter that is always the same; the holes are timestamp and nonce.
    pub(super) header: Template,
}

impl Ready {
    pub(super) fn new(signer: &Signer) -> Self {
        let mut values = signer.fixed.borrowed();
        values.insert(Name::Timestamp, Written::canonical(b"", true));
        values.insert(Name::Nonce, Written::canonical(b"", true));
        let base_string = base_string::protocol_part(&values);
        let base_string = Zeroizing::new(percent::into_text(base_string));
        let header = Zeroizing::new(header_part(signer.realm.as_deref(), &values));
        Self {
            bound: signer.method.bind(&signer.keys()),
            base_string: Template::cut(&base_string, ["oauth_nonce%3D", "oauth_timestamp%3D"]),
            header: Template::cut(&header, ["oauth_timestamp=\"", "oauth_nonce=\""]),
        }
    }
}

fn header_part(realm: Option<&str>, values: &Values<'_>) -> String {
    let params = SENDING_ORDER.into_iter().filter_map(|name| {
        Some(Param {
            name: Written::canonical(name.text().as_bytes(), true),
            value: values.get(name)?,
        })
    });
    header::write(realm, &params.collect())
}

/// A text with two holes. It may hold a verifier, and is wiped when dropped.
pub(super) struct Template([Zeroizing<String>; 3]);

impl Template {
    /// Cuts a text after the two markers, which stand in it in this order.
    ///
    /// No value holds a marker, because values are percent-encoded (twice in the base string). A realm may, and comes before them:
    /// what stands last counts.
    fn cut(text: &str, markers: [&str; 2]) -> Self {
        let [first, second] = markers.map(|marker| {
            text.rfind(marker)
                .map_or(text.len(), |at| at + marker.len())
        });
        let (before, rest) = text.split_at(first);
        let (between, after) = rest.split_at(second.saturating_sub(first));
        Self([before, between, after].map(|piece| Zeroizing::new(piece.to_owned())))
    }

    /// The text before, between and after the holes.
    pub(super) fn pieces(&self) -> [&str; 3] {
        self.0.each_ref().map(|piece| piece.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|piece| piece.len()).sum()
    }
}
