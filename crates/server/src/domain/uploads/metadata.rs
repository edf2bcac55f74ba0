//! Taking out of a picture's file what is no picture: where and when it was taken, by whom, with what,
//! and anything behind its end. Nothing is decoded, so nothing is lost.

/// What a file holds of a picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cleaned {
    /// The same picture with the colour profile and no other metadata.
    pub(super) file: Vec<u8>,
    /// Whether it moves.
    pub(super) animated: bool,
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The ancillary chunks of PNG that say how the picture looks.
const PNG_CHUNKS: &[&[u8; 4]] = &[
    b"acTL", b"bKGD", b"cHRM", b"cICP", b"cLLI", b"fcTL", b"fdAT", b"gAMA", b"hIST", b"iCCP",
    b"mDCV", b"pHYs", b"sBIT", b"sPLT", b"sRGB", b"tRNS",
];

/// The chunks of WebP that say how the picture looks.
const WEBP_CHUNKS: &[&[u8; 4]] = &[
    b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP",
];

/// In the first byte of VP8X.
const WEBP_EXIF_AND_XMP: u8 = 0b0000_1100;
const WEBP_ANIMATION: u8 = 0b0000_0010;

/// Cleans a PNG file; nothing if its structure is broken.
pub(super) fn clean_png(file: &[u8]) -> Option<Cleaned> {
    let mut rest = file.strip_prefix(PNG_SIGNATURE)?;
    let mut cleaned = Cleaned {
        file: PNG_SIGNATURE.to_vec(),
        animated: false,
    };
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        // Length, name, data, checksum.
        let (chunk, behind) = rest.split_at_checked(length.checked_add(12)?)?;
        let name = chunk.get(4..8)?;
        let critical = name[0].is_ascii_uppercase();
        if critical || PNG_CHUNKS.iter().any(|kept| *kept == name) {
            cleaned.file.extend_from_slice(chunk);
        }
        cleaned.animated |= name == b"acTL";
        if name == b"IEND" {
            return Some(cleaned);
        }
        rest = behind;
    }
}

/// Cleans a WebP file; nothing if its structure is broken.
pub(super) fn clean_webp(file: &[u8]) -> Option<Cleaned> {
    let size = file.strip_prefix(b"RIFF")?.first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    let mut rest = file.get(8..size.checked_add(8)?)?.strip_prefix(b"WEBP")?;
    let mut cleaned = Cleaned {
        file: b"RIFF\0\0\0\0WEBP".to_vec(),
        animated: false,
    };
    while !rest.is_empty() {
        let length = rest.get(4..)?.first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        // Name, length, data, and a byte that makes the length even.
        let (chunk, behind) =
            rest.split_at_checked(length.checked_next_multiple_of(2)?.checked_add(8)?)?;
        let name = chunk.get(..4)?;
        let start = cleaned.file.len();
        if WEBP_CHUNKS.iter().any(|kept| *kept == name) {
            cleaned.file.extend_from_slice(chunk);
        }
        if name == b"VP8X" {
            let flags = cleaned.file.get_mut(start + 8)?;
            cleaned.animated = *flags & WEBP_ANIMATION != 0;
            *flags &= !WEBP_EXIF_AND_XMP;
        }
        rest = behind;
    }
    let size = u32::try_from(cleaned.file.len() - 8).ok()?;
    cleaned.file[4..8].copy_from_slice(&size.to_le_bytes());
    Some(cleaned)
}

/// Cleans a JPEG file; nothing if its structure is broken. One that was cut off is closed.
pub(super) fn clean_jpeg(file: &[u8]) -> Option<Cleaned> {
    const END: u8 = 0xd9;
    let mut rest = file.strip_prefix(b"\xff\xd8")?;
    let mut kept = b"\xff\xd8".to_vec();
    loop {
        let marker = match rest {
            [0xff, 0xff, ..] => {
                // Padding before a marker.
                rest = &rest[1..];
                continue;
            }
            [] | [_] | [0xff, END, ..] => {
                kept.extend_from_slice(&[0xff, END]);
                return Some(Cleaned {
                    file: kept,
                    animated: false,
                });
            }
            [0xff, marker, ..] => *marker,
            _ => return None,
        };
        let length = rest.get(2..)?.first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (segment, behind) = rest.split_at_checked(2 + length)?;
        if is_kept(marker, segment.get(4..)?) {
            kept.extend_from_slice(segment);
        }
        // A scan is followed by its data, up to the next marker.
        let data = if marker == 0xda {
            data_length(behind)
        } else {
            0
        };
        kept.extend_from_slice(&behind[..data]);
        rest = &behind[data..];
    }
}

/// Whether a segment of JPEG says how the picture looks: of the comments and the application's
/// segments only JFIF, colour profiles, and Adobe's note on colours do.
fn is_kept(marker: u8, data: &[u8]) -> bool {
    match marker {
        0xe0 => data.starts_with(b"JFIF\0"),
        0xe2 => data.starts_with(b"ICC_PROFILE\0"),
        0xee => data.starts_with(b"Adobe"),
        0xe1..=0xef | 0xfe => false,
        _ => true,
    }
}

/// How far the data of a scan goes. In it 0xff is followed by zero, or by the mark of a restart.
fn data_length(data: &[u8]) -> usize {
    data.windows(2)
        .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff))
        .unwrap_or(data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], name, data, b"csum"].concat()
    }

    #[test]
    fn png_loses_texts_and_what_stands_behind_it() {
        let [header, data, end] = [
            png_chunk(b"IHDR", b"..."),
            png_chunk(b"IDAT", b"pixels"),
            png_chunk(b"IEND", b""),
        ];
        let clean = [PNG_SIGNATURE, &header, &data, &end].concat();
        assert_eq!(clean_png(&clean).unwrap().file, clean);
        let (text, exif) = (png_chunk(b"tEXt", b"Author\0me"), png_chunk(b"eXIf", b"II"));
        let dirty = [PNG_SIGNATURE, &header, &exif, &data, &text, &end, b"zip"].concat();
        let cleaned = clean_png(&dirty).unwrap();
        assert_eq!((cleaned.file, cleaned.animated), (clean, false));
        assert_eq!(clean_png(&dirty[..60]), None);
    }

    #[test]
    fn png_that_moves_is_recognised() {
        let (moves, end) = (png_chunk(b"acTL", b"12345678"), png_chunk(b"IEND", b""));
        let file = [PNG_SIGNATURE, &moves, &end].concat();
        assert!(clean_png(&file).unwrap().animated);
    }

    fn riff(chunks: &[&[u8]]) -> Vec<u8> {
        let body = chunks.concat();
        let size = u32::try_from(body.len() + 4).unwrap().to_le_bytes();
        [b"RIFF", &size[..], b"WEBP", &body].concat()
    }

    #[test]
    fn webp_loses_exif_and_xmp_and_says_so() {
        let picture = b"VP8L\x03\0\0\0abc\0";
        let exif = b"EXIF\x02\0\0\0II";
        let dirty = riff(&[b"VP8X\x0a\0\0\0\x2e123456789", picture, exif]);
        let clean = riff(&[b"VP8X\x0a\0\0\0\x22123456789", picture]);
        let cleaned = clean_webp(&[&dirty[..], b"behind"].concat()).unwrap();
        assert_eq!((cleaned.file, cleaned.animated), (clean, true));
        assert_eq!(clean_webp(&dirty[..30]), None);
    }

    #[test]
    fn jpeg_keeps_profile_and_data_but_nothing_about_people() {
        let keep: &[&[u8]] = &[
            b"\xff\xd8",
            b"\xff\xe0\0\x07JFIF\0",
            b"\xff\xe2\0\x0eICC_PROFILE\0",
            b"\xff\xdb\0\x03q",
            b"\xff\xda\0\x03s\x11\xff\0\x22\xff\xd0\x33",
            b"\xff\xda\0\x03t\x44",
            b"\xff\xd9",
        ];
        let clean = keep.concat();
        assert_eq!(clean_jpeg(&clean).unwrap().file, clean);
        let dirty = [
            keep[0],
            keep[1],
            b"\xff\xe1\0\x08Exif\0\0",
            keep[2],
            b"\xff\xfe\0\x05me!",
            keep[3],
            b"\xff",
            keep[4],
            keep[5],
            keep[6],
            b"\xff\xd8\xff\xe1another picture, with its own Exif",
        ]
        .concat();
        assert_eq!(clean_jpeg(&dirty).unwrap().file, clean);
    }

    #[test]
    fn jpeg_that_was_cut_off_is_closed_and_nonsense_is_refused() {
        let cut = b"\xff\xd8\xff\xda\0\x03s\x11\x22";
        assert_eq!(
            clean_jpeg(cut).unwrap().file,
            [&cut[..], b"\xff\xd9"].concat()
        );
        assert_eq!(clean_jpeg(b"\xff\xd8nonsense"), None);
        assert_eq!(clean_jpeg(b"\xff\xd8\xff\xe0\xff\xffshort"), None);
    }
}
