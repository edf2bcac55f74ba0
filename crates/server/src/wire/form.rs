//! Which form of a document a client prefers (pump.io protocol, section 10.1).

use http::{HeaderMap, header};

/// The forms of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    /// ActivityStreams 1.0, the native form.
    Native,
    /// ActivityStreams 2.0.
    As2,
}

/// A media type that can be sent, and what it stands for. Among equals the earlier is preferred.
pub(crate) struct Offer<T> {
    pub(crate) kind: &'static str,
    pub(crate) subtype: &'static str,
    pub(crate) form: T,
}

/// What is chosen among offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice<T> {
    /// The client has no wish.
    Free,
    One(T),
    /// The client takes none of them.
    Nothing,
}

const fn json_offer(subtype: &'static str, form: Form) -> Offer<Form> {
    Offer {
        kind: "application",
        subtype,
        form,
    }
}

/// The forms of a document, by the names that clients have for them.
pub(crate) const FORMS: [Offer<Form>; 4] = [
    json_offer("stream+json", Form::Native),
    json_offer("ld+json", Form::As2),
    json_offer("activity+json", Form::As2),
    json_offer("json", Form::Native),
];

/// More are not compared.
const MOST_OFFERS: usize = 8;

const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// How much a client wants an offer: by its quality in thousandths, then by how closely it was named.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wish {
    quality: u16,
    closeness: u8,
}

impl Form {
    /// The form that `Accept` asks for. Without the header it is the native one; with a header that
    /// admits none of them it is the new one, as clients of the original expect.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        match choose(headers, &FORMS) {
            Choice::Free => Self::Native,
            Choice::One(form) => form,
            Choice::Nothing => Self::As2,
        }
    }
}

/// Chooses by `Accept`: the best quality, then what was named most closely, then the order of offers.
/// It reads the header where it stands and copies nothing.
pub(crate) fn choose<T: Copy>(headers: &HeaderMap, offers: &[Offer<T>]) -> Choice<T> {
    let values = headers.get_all(header::ACCEPT);
    let mut first_two = values.iter();
    match (first_two.next(), first_two.next()) {
        (None, _) => return Choice::Free,
        // What nearly every client sends.
        (Some(only), None) if only == "*/*" => return Choice::Free,
        _ => {}
    }
    let mut wishes = [Wish::default(); MOST_OFFERS];
    let mut asked = false;
    for value in values {
        let ranges = value.to_str().unwrap_or_default().split(',');
        for range in ranges.map(str::trim).filter(|range| !range.is_empty()) {
            asked = true;
            for (wish, offer) in wishes.iter_mut().zip(offers) {
                // The range that names an offer most closely decides about it.
                if let Some(other) = wish_for(range, offer)
                    && other.closeness > wish.closeness
                {
                    *wish = other;
                }
            }
        }
    }
    if !asked {
        return Choice::Free;
    }
    let mut best: Option<(Wish, T)> = None;
    for (wish, offer) in wishes.into_iter().zip(offers) {
        if wish.quality > 0 && best.is_none_or(|(other, _)| wish > other) {
            best = Some((wish, offer.form));
        }
    }
    best.map_or(Choice::Nothing, |(_, form)| Choice::One(form))
}

/// What a media range says about an offer, if it covers it.
fn wish_for<T>(range: &str, offer: &Offer<T>) -> Option<Wish> {
    let (kind, subtype) = (offer.kind, offer.subtype);
    let mut parts = range.split(';').map(str::trim);
    let (range_kind, range_subtype) = parts.next()?.split_once('/')?;
    let mut closeness = match (range_kind, range_subtype) {
        ("*", "*") => 1,
        (given, "*") if given.eq_ignore_ascii_case(kind) => 2,
        (given, name) if given.eq_ignore_ascii_case(kind) && name.eq_ignore_ascii_case(subtype) => {
            3
        }
        _ => return None,
    };
    let mut quality = 1_000;
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim() {
            "q" | "Q" => quality = thousandths(value),
            "profile" if subtype == "ld+json" => {
                if !value.split(' ').any(|profile| profile == PROFILE) {
                    return None;
                }
                closeness += 1;
            }
            _ => {}
        }
    }
    Some(Wish { quality, closeness })
}

/// A quality value (RFC 9110, section 12.4.2); what is none counts as 1.
fn thousandths(value: &str) -> u16 {
    let quality: f32 = value.parse().unwrap_or(1.0);
    (quality.clamp(0.0, 1.0) * 1_000.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &str) -> Form {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Form::wanted(&headers)
    }

    #[test]
    fn without_a_wish_the_form_is_native() {
        assert_eq!(Form::wanted(&HeaderMap::new()), Form::Native);
        for accept in ["", " ", "*/*", "application/*", "application/stream+json"] {
            assert_eq!(wanted(accept), Form::Native, "{accept}");
        }
    }

    #[test]
    fn what_is_named_or_named_by_nobody_is_the_new_form() {
        for accept in [
            "application/activity+json",
            "application/ld+json",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;profile=https://www.w3.org/ns/activitystreams",
            "application/ld+json; profile=\"https://x/ https://www.w3.org/ns/activitystreams\"",
            "Application/Activity+JSON",
            "text/html",
            "image/png",
            "nonsense",
            "*/*;q=0",
        ] {
            assert_eq!(wanted(accept), Form::As2, "{accept}");
        }
    }

    #[test]
    fn qualities_are_compared_then_closeness_then_the_order_of_offers() {
        for (accept, form) in [
            ("application/json", Form::Native),
            ("application/json; charset=utf-8", Form::Native),
            (
                "application/activity+json;q=0.5, application/json",
                Form::Native,
            ),
            (
                "application/activity+json, application/json;q=0.9",
                Form::As2,
            ),
            ("application/json, application/activity+json", Form::As2),
            (
                "application/activity+json, application/stream+json",
                Form::Native,
            ),
            ("application/activity+json, */*", Form::As2),
            ("application/activity+json, */*;q=0.1", Form::As2),
            ("application/activity+json;q=0.1, */*", Form::Native),
            ("application/activity+json;q=0, */*;q=0.1", Form::Native),
            (
                "application/stream+json;q=0, application/json;q=0, */*;q=0.1",
                Form::As2,
            ),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Form::Native),
            (
                "application/ld+json; profile=\"https://x/\", */*;q=0.1",
                Form::Native,
            ),
            (
                "application/activity+json;q=0.0001, */*;q=0.001",
                Form::Native,
            ),
            ("application/activity+json;q=x, */*;q=0.9", Form::As2),
        ] {
            assert_eq!(wanted(accept), form, "{accept}");
        }
    }
}
