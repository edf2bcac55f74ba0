//! How deep JSON nests, found without reading it: readers refuse what is too deep before a parser meets it.

/// How deep the arrays and objects of a JSON text nest.
pub fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::nesting;

    #[test]
    fn brackets_in_texts_do_not_nest() {
        for (json, deep) in [
            ("7", 0),
            ("[]", 1),
            (r#"{"a":[{}],"b":[]}"#, 3),
            (r#"["[[[[", "\"[[", "\\", []]"#, 2),
        ] {
            assert_eq!(nesting(json.as_bytes()), deep, "{json}");
        }
    }
}
