//! Ids of the same thing elsewhere.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

const EXPECTED: &str = "expected an array of ids";

/// Reads an array of ids. One that went through a form has become an object whose keys are numbers.
pub(crate) fn deserialize<'de, D>(deserializer: D) -> Result<Option<Vec<String>>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected an array of ids")]
    enum Form {
        Array(Vec<String>),
        Numbered(BTreeMap<String, String>),
    }
    match Option::<Form>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Form::Array(ids)) => Ok(Some(ids)),
        Some(Form::Numbered(ids)) => {
            let numbered: Option<BTreeMap<u32, String>> = ids
                .into_iter()
                .map(|(key, id)| Some((key.parse().ok()?, id)))
                .collect();
            let ids = numbered.ok_or_else(|| D::Error::custom(EXPECTED))?;
            Ok(Some(ids.into_values().collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Object;

    #[test]
    fn arrays_and_what_forms_make_of_them_are_read() {
        for json in [
            r#"{"upstreamDuplicates":["a","b"]}"#,
            r#"{"upstreamDuplicates":{"0":"a","10":"b"}}"#,
        ] {
            let object: Object = serde_json::from_str(json).unwrap();
            let ids = object.upstream_duplicates.unwrap();
            assert_eq!(ids, ["a", "b"]);
        }
        for json in [
            r#"{"downstreamDuplicates":"a"}"#,
            r#"{"downstreamDuplicates":[1]}"#,
            r#"{"downstreamDuplicates":{"a":"b"}}"#,
        ] {
            assert!(serde_json::from_str::<Object>(json).is_err(), "{json}");
        }
        let absent: Object = serde_json::from_str(r#"{"upstreamDuplicates":null}"#).unwrap();
        assert_eq!(absent, Object::default());
    }
}
