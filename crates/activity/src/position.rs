//! Positions on the Earth, as ISO 6709 writes them: `+45.5088-073.5878/`.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::object::Object;

/// A point on the Earth: degrees north and east, and metres above the sea if known.
///
/// ```
/// use pumphouse_activity::Position;
///
/// let montreal: Position = "+45.5-073.6/".parse()?;
/// assert_eq!((montreal.latitude(), montreal.longitude()), (45.5, -73.6));
/// assert_eq!(montreal.to_string(), "+45.5-073.6/");
/// # Ok::<(), pumphouse_activity::InvalidPosition>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    latitude: f64,
    longitude: f64,
    altitude: Option<f64>,
}

/// Why numbers or a text are no [`Position`].
///
/// ```
/// use pumphouse_activity::{InvalidPosition, Position};
///
/// assert_eq!(Position::new(91.0, 0.0), Err(InvalidPosition));
/// assert_eq!("somewhere".parse::<Position>(), Err(InvalidPosition));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPosition;

impl Position {
    /// A point by its degrees north and east.
    ///
    /// # Errors
    ///
    /// If there is no such point.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidPosition> {
        if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
            return Err(InvalidPosition);
        }
        Ok(Self {
            latitude,
            longitude,
            altitude: None,
        })
    }

    /// Sets the metres above the sea.
    ///
    /// # Errors
    ///
    /// If that is no number.
    pub fn with_altitude(mut self, metres: f64) -> Result<Self, InvalidPosition> {
        if !metres.is_finite() {
            return Err(InvalidPosition);
        }
        self.altitude = Some(metres);
        Ok(self)
    }

    /// Degrees north.
    pub fn latitude(&self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(&self) -> f64 {
        self.longitude
    }

    /// Metres above the sea.
    pub fn altitude(&self) -> Option<f64> {
        self.altitude
    }
}

/// A number as ISO 6709 writes it: its sign, and so many digits before the point.
struct Signed(f64, usize);

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, width) = *self;
        let sign = if number < 0.0 { '-' } else { '+' };
        let digits = number.abs().to_string();
        let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
        write!(f, "{sign}{whole:0>width$}{rest}")
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            Signed(self.latitude, 2),
            Signed(self.longitude, 3)
        )?;
        if let Some(altitude) = self.altitude {
            write!(f, "{}", Signed(altitude, 1))?;
        }
        f.write_str("/")
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    /// Reads degrees, with or without minutes and seconds. Where the heights are measured from
    /// (`CRSWGS_84`) is passed over.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().trim_end_matches('/');
        let text = text.split("CRS").next().unwrap_or_default();
        let mut starts: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| matches!(c, '+' | '-'))
            .map(|(at, _)| at)
            .collect();
        if starts.first() != Some(&0) || !text.is_ascii() {
            return Err(InvalidPosition);
        }
        starts.push(text.len());
        let parts: Vec<&str> = starts
            .windows(2)
            .filter_map(|ends| text.get(ends[0]..ends[1]))
            .collect();
        let (latitude, longitude, altitude) = match *parts {
            [latitude, longitude] => (latitude, longitude, None),
            [latitude, longitude, altitude] => (latitude, longitude, Some(altitude)),
            _ => return Err(InvalidPosition),
        };
        let position = Self::new(degrees(latitude, 2)?, degrees(longitude, 3)?)?;
        match altitude {
            Some(metres) => position.with_altitude(number(metres)?),
            None => Ok(position),
        }
    }
}

/// `±D`, `±DMM` or `±DMMSS`, with `width` digits of degrees. Some write fewer.
fn degrees(text: &str, width: usize) -> Result<f64, InvalidPosition> {
    let (sign, digits) = text.split_at(1);
    let whole = digits.find('.').unwrap_or(digits.len());
    let at = |from: usize, to: usize| number(digits.get(from..to).ok_or(InvalidPosition)?);
    let value = if whole <= width {
        number(digits)?
    } else if whole == width + 2 {
        at(0, width)? + at(width, digits.len())? / 60.0
    } else if whole == width + 4 {
        at(0, width)? + at(width, width + 2)? / 60.0 + at(width + 2, digits.len())? / 3600.0
    } else {
        return Err(InvalidPosition);
    };
    Ok(if sign == "-" { -value } else { value })
}

/// Digits and a point; none of the words that Rust takes for numbers.
fn number(text: &str) -> Result<f64, InvalidPosition> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(InvalidPosition);
    }
    text.parse().map_err(|_| InvalidPosition)
}

impl fmt::Display for InvalidPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no position of the form +45.5088-073.5878/")
    }
}

impl std::error::Error for InvalidPosition {}

impl Object {
    /// A place with a name.
    pub fn place(name: impl Into<String>) -> Self {
        Self {
            display_name: Some(name.into()),
            ..Self::new("place")
        }
    }

    /// A place with a position, in both forms that programs look for: `position`, and `lat` with
    /// `lon`.
    #[must_use]
    pub fn with_position(mut self, position: Position) -> Self {
        let text = position.to_string();
        self.extra.insert("position".to_owned(), text.into());
        self.extra
            .insert("lat".to_owned(), position.latitude.into());
        self.extra
            .insert("lon".to_owned(), position.longitude.into());
        self
    }

    /// The position of a place, in whichever form it came; `None` if there is none, or none that
    /// makes sense.
    pub fn position(&self) -> Option<Position> {
        let text = self.extra.get("position").and_then(Value::as_str);
        let parsed = text.and_then(|text| text.parse().ok());
        parsed.or_else(|| {
            // Some write numbers as texts.
            let number = |name: &str| match self.extra.get(name)? {
                Value::String(text) => text.parse().ok(),
                other => other.as_f64(),
            };
            Position::new(number("lat")?, number("lon")?).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, f64, Option<f64>)> {
        let position: Position = text.parse().ok()?;
        Some((position.latitude, position.longitude, position.altitude))
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(read("+45.5-073.6/"), Some((45.5, -73.6, None)));
        assert_eq!(read("-33.9-018.4/"), Some((-33.9, -18.4, None)));
        assert_eq!(
            read("+27.5916+086.5640+8850/"),
            Some((27.5916, 86.564, Some(8850.0)))
        );
        assert_eq!(
            read("+27+086+8850CRSWGS_84/"),
            Some((27.0, 86.0, Some(8850.0)))
        );
        assert_eq!(read("+4030-07330/"), Some((40.5, -73.5, None)));
        assert_eq!(
            read("+403030-0733000/"),
            Some((40.0 + 30.5 / 60.0, -73.5, None))
        );
    }

    #[test]
    fn what_is_no_position_is_refused() {
        for text in [
            "",
            "/",
            "45+10",
            "+45",
            "+91+000/",
            "+45+181/",
            "+1+2+3+4/",
            "+inf+nan/",
            "+é+1/",
            "++/",
            "+4.5.5+1/",
            "+12345+1/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (latitude, longitude, altitude) in [
            (0.0, 0.0, None),
            (-5.25, 7.125, Some(-3.5)),
            (89.9999, -180.0, Some(0.0)),
        ] {
            let mut position = Position::new(latitude, longitude).unwrap();
            if let Some(altitude) = altitude {
                position = position.with_altitude(altitude).unwrap();
            }
            assert_eq!(position.to_string().parse(), Ok(position), "{position}");
        }
        assert_eq!(
            Position::new(-5.25, 7.0).unwrap().to_string(),
            "-05.25+007/"
        );
    }

    #[test]
    fn places_have_positions_in_either_form() {
        let montreal = Position::new(45.5, -73.6).unwrap();
        let place = Object::place("Montreal").with_position(montreal);
        assert_eq!(place.position(), Some(montreal));
        let place: Object = serde_json::from_str(r#"{"lat":"45.5","lon":-73.6}"#).unwrap();
        assert_eq!(place.position(), Some(montreal));
        assert_eq!(Object::place("nowhere").position(), None);
    }
}
