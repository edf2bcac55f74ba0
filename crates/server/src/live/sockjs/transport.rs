//! The ways in which frames are written into the answers of requests.

use bytes::Bytes;

use super::frame;

/// What is written into one answer before the client asks again.
const LIMIT: usize = 128 * 1_024;
/// Browsers show nothing of an answer before they have read so much.
const PRELUDE: usize = 2_048;

/// A way.
pub(super) enum Transport {
    Xhr,
    XhrStreaming,
    EventSource,
    /// A script that calls a function of this name.
    Jsonp(String),
}

impl Transport {
    /// What it is counted as.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Xhr => "xhr",
            Self::XhrStreaming => "xhr_streaming",
            Self::EventSource => "eventsource",
            Self::Jsonp(_) => "jsonp",
        }
    }

    pub(super) fn content_type(&self) -> &'static str {
        match self {
            Self::Xhr | Self::XhrStreaming | Self::Jsonp(_) => {
                "application/javascript; charset=UTF-8"
            }
            Self::EventSource => "text/event-stream; charset=UTF-8",
        }
    }

    /// How much an answer may hold; nothing if that is one frame.
    pub(super) fn limit(&self) -> Option<usize> {
        match self {
            Self::Xhr | Self::Jsonp(_) => None,
            Self::XhrStreaming | Self::EventSource => Some(LIMIT),
        }
    }

    /// What stands in front of the frames.
    pub(super) fn prelude(&self) -> Bytes {
        match self {
            Self::XhrStreaming => Bytes::from("h".repeat(PRELUDE) + "\n"),
            Self::EventSource => Bytes::from_static(b"\r\n"),
            Self::Xhr | Self::Jsonp(_) => Bytes::new(),
        }
    }

    /// A frame as it is written.
    pub(super) fn write(&self, frame: &str) -> Bytes {
        Bytes::from(match self {
            Self::Xhr | Self::XhrStreaming => format!("{frame}\n"),
            Self::EventSource => format!("data: {frame}\r\n\r\n"),
            // The comment keeps the name from being read as anything but the beginning of a script.
            Self::Jsonp(callback) => format!("/**/{callback}({});\r\n", frame::quote(frame)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stand_in_answers_as_each_way_has_it() {
        let frame = "a[\"x\"]";
        for (transport, written) in [
            (Transport::Xhr, "a[\"x\"]\n"),
            (Transport::XhrStreaming, "a[\"x\"]\n"),
            (Transport::EventSource, "data: a[\"x\"]\r\n\r\n"),
            (Transport::Jsonp("f".into()), "/**/f(\"a[\\\"x\\\"]\");\r\n"),
        ] {
            assert_eq!(transport.write(frame), written);
        }
        assert_eq!(Transport::XhrStreaming.prelude().len(), 2_049);
    }
}
