//! Pictures: proven to be some, upright, without metadata, measured, and with a small copy of large ones
//! (pump.io protocol, section 7.6).

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
};

use super::files::Small;
use super::metadata::{Cleaned, clean_jpeg, clean_png, clean_webp};
use crate::error::{Error, Result};

/// The longer side of a thumbnail.
const THUMBNAIL: u32 = 320;
/// Each side of what stands for a person.
const AVATAR: u32 = 96;
/// No more pixels are decoded.
const PIXELS: u64 = 50_000_000;
/// Nor more bytes of memory used for them.
const MEMORY: u64 = 256 * 1024 * 1024;

/// Of JPEG, where it has to be written anew.
const QUALITY: u8 = 90;

/// Width and height in pixels.
pub(super) type Size = (u32, u32);

/// A picture as it is kept.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) file: Vec<u8>,
    pub(super) size: Size,
    pub(super) thumbnail: Option<Thumbnail>,
}

/// The small copy of a large picture.
#[derive(Debug)]
pub(super) struct Thumbnail {
    pub(super) file: Vec<u8>,
    pub(super) size: Size,
    pub(super) media_type: &'static str,
}

/// Prepares a picture that is to be kept. Its file stays as it is but for metadata; it is written
/// anew only to turn the picture upright, or if its structure is not clear.
pub(super) fn prepare(file: &[u8], media_type: &str, small: Small) -> Result<Picture> {
    let format = ImageFormat::from_mime_type(media_type)
        .ok_or_else(|| Error::internal("uploads", "a picture of an unknown format"))?;
    let cleaned = clean(file, format);
    let mut decoded = decode(file, format)?;
    let animated = cleaned.as_ref().is_some_and(|cleaned| cleaned.animated);
    // Only the first frame of a picture that moves is decoded here, so it cannot be turned.
    let turned = decoded.orientation != Orientation::NoTransforms && !animated;
    if turned {
        decoded.image.apply_orientation(decoded.orientation);
    }
    let file = match cleaned {
        Some(cleaned) if !turned => cleaned.file,
        _ => decoded.encode(&decoded.image, format)?,
    };
    let size = (decoded.image.width(), decoded.image.height());
    let small = match small {
        Small::Whole if size.0.max(size.1) <= THUMBNAIL => None,
        Small::Whole => Some(decoded.image.thumbnail(THUMBNAIL, THUMBNAIL)),
        Small::Avatar => Some(
            decoded
                .image
                .resize_to_fill(AVATAR, AVATAR, FilterType::Triangle),
        ),
    };
    let thumbnail = small
        .map(|small| decoded.thumbnail(&small, format))
        .transpose()?;
    Ok(Picture {
        file,
        size,
        thumbnail,
    })
}

fn clean(file: &[u8], format: ImageFormat) -> Option<Cleaned> {
    match format {
        ImageFormat::Jpeg => clean_jpeg(file),
        ImageFormat::Png => clean_png(file),
        ImageFormat::WebP => clean_webp(file),
        // GIF has no place for what cameras write.
        _ => Some(Cleaned {
            file: file.to_vec(),
            animated: true,
        }),
    }
}

struct Decoded {
    image: DynamicImage,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
}

fn decode(file: &[u8], format: ImageFormat) -> Result<Decoded> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err(Error::bad_request(format!(
            "The picture is too large: {width} × {height} pixels; {PIXELS} in all are taken."
        )));
    }
    // What cannot be read of these does not keep the picture from being shown.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    Ok(Decoded {
        image,
        orientation,
        profile,
    })
}

fn unreadable(error: &ImageError) -> Error {
    Error::bad_request(format!("The picture cannot be read: {error}"))
}

impl Decoded {
    fn thumbnail(&self, image: &DynamicImage, format: ImageFormat) -> Result<Thumbnail> {
        // Small copies do not move, and PNG keeps their colours better than GIF.
        let format = match format {
            ImageFormat::Gif => ImageFormat::Png,
            other => other,
        };
        Ok(Thumbnail {
            file: self.encode(image, format)?,
            size: (image.width(), image.height()),
            media_type: format.to_mime_type(),
        })
    }

    /// A file with this picture and the colour profile of the original.
    fn encode(&self, image: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>> {
        let mut file = Vec::new();
        match format {
            ImageFormat::Jpeg => {
                self.write(image, JpegEncoder::new_with_quality(&mut file, QUALITY))
            }
            ImageFormat::WebP => self.write(image, WebPEncoder::new_lossless(&mut file)),
            _ => self.write(image, PngEncoder::new(&mut file)),
        }
        .map_err(|error| Error::internal("writing a picture", error))?;
        Ok(file)
    }

    fn write(
        &self,
        image: &DynamicImage,
        mut encoder: impl ImageEncoder,
    ) -> Result<(), ImageError> {
        // A profile for printing does not fit the colours that its picture was decoded to.
        let space: &[u8] = if image.color().has_color() {
            b"RGB "
        } else {
            b"GRAY"
        };
        if let Some(profile) = &self.profile
            && profile.get(16..20) == Some(space)
        {
            encoder
                .set_icc_profile(profile.clone())
                .map_err(ImageError::Unsupported)?;
        }
        image.write_with_encoder(encoder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        // Left of the middle dark, right of it light.
        let picture = image::RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [0; 3] } else { [255; 3] })
        });
        let mut file = Cursor::new(Vec::new());
        DynamicImage::from(picture)
            .write_to(&mut file, format)
            .unwrap();
        file.into_inner()
    }

    /// EXIF that says nothing but how the camera was held.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif
    }

    fn jpeg_with_exif(width: u32, height: u32, orientation: u8) -> Vec<u8> {
        let plain = file(width, height, ImageFormat::Jpeg);
        let exif = [b"Exif\0\0", &exif(orientation)[..]].concat();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat()
    }

    #[test]
    fn large_pictures_get_a_thumbnail_of_the_same_shape() {
        for (size, small) in [((640, 480), (320, 240)), ((200, 900), (71, 320))] {
            let png = file(size.0, size.1, ImageFormat::Png);
            let picture = prepare(&png, "image/png", Small::Whole).unwrap();
            assert_eq!((&picture.file, picture.size), (&png, size));
            let thumbnail = picture.thumbnail.unwrap();
            assert_eq!((thumbnail.size, thumbnail.media_type), (small, "image/png"));
            let shown = decode(&thumbnail.file, ImageFormat::Png).unwrap().image;
            assert_eq!((shown.width(), shown.height()), small);
        }
        let small = prepare(&file(320, 20, ImageFormat::Png), "image/png", Small::Whole).unwrap();
        assert!(small.thumbnail.is_none());
    }

    #[test]
    fn every_format_is_taken_and_kept() {
        for (format, small) in [
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::WebP, "image/webp"),
            (ImageFormat::Gif, "image/png"),
        ] {
            let large = file(400, 40, format);
            let picture = prepare(&large, format.to_mime_type(), Small::Whole).unwrap();
            assert_eq!(picture.file, large, "{format:?}");
            assert_eq!(picture.thumbnail.unwrap().media_type, small);
        }
    }

    #[test]
    fn upright_photographs_lose_their_metadata_and_nothing_else() {
        let picture = prepare(&jpeg_with_exif(30, 20, 1), "image/jpeg", Small::Whole).unwrap();
        assert_eq!(picture.file, file(30, 20, ImageFormat::Jpeg));
    }

    #[test]
    fn photographs_are_turned_upright() {
        let picture = prepare(&jpeg_with_exif(30, 20, 6), "image/jpeg", Small::Whole).unwrap();
        assert_eq!(picture.size, (20, 30));
        assert!(!picture.file.windows(4).any(|bytes| bytes == b"Exif"));
        let turned = decode(&picture.file, ImageFormat::Jpeg).unwrap();
        assert_eq!(turned.orientation, Orientation::NoTransforms);
        let turned = turned.image.to_luma8();
        // What was left is above now.
        assert!(turned.get_pixel(10, 3).0[0] < 50 && turned.get_pixel(10, 27).0[0] > 200);
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_refused() {
        let refused = |file: Vec<u8>| prepare(&file, "image/png", Small::Whole).unwrap_err();
        assert_eq!(refused(b"\x89PNG\r\n\x1a\nno".to_vec()).status, 400);
        let mut bomb = file(8, 8, ImageFormat::Png);
        // The width in the header, and its checksum.
        bomb[16..24].copy_from_slice(b"\0\0\xff\xff\0\0\xff\xff");
        let checksum = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&checksum);
        let error = refused(bomb);
        assert_eq!(error.status, 400);
        assert!(error.text.contains("too large"), "{error}");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
            })
        })
    }
}
