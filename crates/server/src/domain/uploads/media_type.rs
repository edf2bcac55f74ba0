//! What a file is: its content is believed over what its sender says (pump.io protocol, section 7.6).

/// So much of a file's beginning tells what it is.
pub(super) const HEAD: usize = 8 * 1024;

/// What is made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A picture that is decoded, measured and cleaned.
    Picture,
    /// A picture made of lines, kept as it is.
    Drawing,
    Audio,
    Video,
    File,
}

/// A media type without parameters, and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MediaType {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Of file names, without the dot.
    pub(super) extension: &'static str,
}

/// The types that make more than a file of a file.
const KNOWN: &[(&str, Kind, &str)] = &[
    ("image/gif", Kind::Picture, "gif"),
    ("image/jpeg", Kind::Picture, "jpg"),
    ("image/png", Kind::Picture, "png"),
    ("image/webp", Kind::Picture, "webp"),
    ("image/svg+xml", Kind::Drawing, "svg"),
    ("audio/aac", Kind::Audio, "aac"),
    ("audio/flac", Kind::Audio, "flac"),
    ("audio/mp4", Kind::Audio, "m4a"),
    ("audio/mpeg", Kind::Audio, "mp3"),
    ("audio/ogg", Kind::Audio, "ogg"),
    ("audio/webm", Kind::Audio, "weba"),
    ("audio/x-wav", Kind::Audio, "wav"),
    ("video/3gpp", Kind::Video, "3gp"),
    ("video/mp4", Kind::Video, "mp4"),
    ("video/mpeg", Kind::Video, "mpg"),
    ("video/ogg", Kind::Video, "ogv"),
    ("video/quicktime", Kind::Video, "mov"),
    ("video/webm", Kind::Video, "webm"),
    ("video/x-matroska", Kind::Video, "mkv"),
    ("video/x-msvideo", Kind::Video, "avi"),
];

/// Other names of known types.
const ALIASES: &[(&str, &str)] = &[
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("audio/m4a", "audio/mp4"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/opus", "audio/ogg"),
    ("audio/wav", "audio/x-wav"),
    ("audio/wave", "audio/x-wav"),
    ("audio/x-flac", "audio/flac"),
    ("audio/x-m4a", "audio/mp4"),
    ("video/avi", "video/x-msvideo"),
    ("video/x-m4v", "video/mp4"),
];

impl MediaType {
    /// The type of a file that begins so, and that its sender declares to be `declared`.
    pub(super) fn of(head: &[u8], declared: Option<&str>) -> Self {
        let declared = declared.and_then(essence);
        let sniffed = infer::get(head);
        let Some(sniffed) = sniffed else {
            return match declared.as_deref() {
                Some("image/svg+xml") if !is_svg(head) => Self::unknown(),
                Some(declared) => Self::named(declared, "bin"),
                None => Self::unknown(),
            };
        };
        let found = Self::named(sniffed.mime_type(), sniffed.extension());
        match declared {
            Some(declared) if found.leaves_open(&declared, head) => Self::named(&declared, "bin"),
            _ => found,
        }
    }

    fn unknown() -> Self {
        Self::named("application/octet-stream", "bin")
    }

    fn named(name: &str, extension: &'static str) -> Self {
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let name = alias.map_or(name, |(_, name)| *name);
        let known = KNOWN.iter().find(|(known, _, _)| *known == name);
        let (kind, extension) = known.map_or((Kind::File, extension), |(_, kind, extension)| {
            (*kind, *extension)
        });
        Self {
            name: name.to_owned(),
            kind,
            extension,
        }
    }

    /// Whether the content fits the declared type as well as the one that it shows. Some containers
    /// hold sound as well as film, and a drawing is XML or even looks like HTML.
    fn leaves_open(&self, declared: &str, head: &[u8]) -> bool {
        if declared == "image/svg+xml" {
            return matches!(self.name.as_str(), "text/xml" | "text/html") && is_svg(head);
        }
        let declared = Self::named(declared, "bin");
        let media = |kind| matches!(kind, Kind::Audio | Kind::Video);
        media(self.kind)
            && media(declared.kind)
            && self.name.split_once('/').map(|(_, container)| container)
                == declared
                    .name
                    .split_once('/')
                    .map(|(_, container)| container)
    }
}

/// A media type without parameters, in lower case; nothing if it is none.
fn essence(value: &str) -> Option<String> {
    let name = value.split(';').next().unwrap_or_default().trim();
    let (top, sub) = name.split_once('/')?;
    let is_token = |text: &str| {
        (1..=127).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    (is_token(top) && is_token(sub)).then(|| name.to_ascii_lowercase())
}

fn is_svg(head: &[u8]) -> bool {
    head.windows(4).any(|window| window == b"<svg")
}

/// Whether a browser may show a file in its window. Everything else it only saves: SVG, HTML and
/// what is unknown could run scripts as a page of this server.
pub(crate) fn is_shown(media_type: &str) -> bool {
    KNOWN
        .iter()
        .any(|(known, kind, _)| *known == media_type && *kind != Kind::Drawing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn name(head: &[u8], declared: &str) -> String {
        MediaType::of(head, Some(declared)).name
    }

    #[test]
    fn content_is_believed_over_the_header() {
        assert_eq!(name(PNG, "text/html"), "image/png");
        assert_eq!(name(b"<html><script>", "image/png"), "text/html");
        assert_eq!(MediaType::of(PNG, None).kind, Kind::Picture);
    }

    #[test]
    fn the_header_names_what_the_content_leaves_open() {
        let ogg = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0vorbis";
        assert_eq!(name(ogg, "video/ogg"), "video/ogg");
        assert_eq!(name(ogg, "audio/ogg; codecs=opus"), "audio/ogg");
        assert_eq!(name(ogg, "video/mp4"), "audio/ogg");
        assert_eq!(name(b"hello", "text/plain; charset=utf-8"), "text/plain");
        assert_eq!(name(b"hello", "nonsense"), "application/octet-stream");
        assert_eq!(name(b"hello", "a/b\r\nc"), "application/octet-stream");
    }

    #[test]
    fn drawings_are_xml_with_svg_in_it_and_called_so() {
        let svg = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>";
        assert_eq!(
            MediaType::of(svg, Some("image/svg+xml")).kind,
            Kind::Drawing
        );
        assert_eq!(MediaType::of(svg, Some("image/png")).kind, Kind::File);
        assert_eq!(
            MediaType::of(b"<svg/>", Some("image/svg+xml")).extension,
            "svg"
        );
        assert_eq!(
            MediaType::of(b"GO!", Some("image/svg+xml")).kind,
            Kind::File
        );
    }

    /// Quirk 69: they were a fault of the server.
    #[test]
    fn quirk_69_pictures_that_are_not_decoded_are_files() {
        let bmp = MediaType::of(b"BM\x46\0\0\0\0\0\0\0", Some("image/bmp"));
        assert_eq!((bmp.kind, bmp.extension), (Kind::File, "bmp"));
        let webp = MediaType::of(b"RIFF\x24\0\0\0WEBPVP8 ", Some("image/webp"));
        assert_eq!(webp.kind, Kind::Picture);
    }

    #[test]
    fn only_what_no_browser_runs_is_shown() {
        assert!(is_shown("image/png") && is_shown("audio/ogg"));
        for saved in ["image/svg+xml", "text/html", "application/pdf", "x/y"] {
            assert!(!is_shown(saved), "{saved}");
        }
    }
}
