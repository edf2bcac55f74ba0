//! The body of a verified request.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::body_hash::{BodyHasher, ClaimedBodyHash};

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a verified request: a form that was read and verified, or a stream.
///
/// When the request was signed with `oauth_body_hash`, the stream is hashed as it passes, and ends in an error when it was
/// another body than the one that was signed. Act on a streamed body only when it has ended well.
#[derive(Debug)]
pub struct SignedBody<B>(State<B>);

#[derive(Debug)]
enum State<B> {
    Whole(Bytes),
    Streamed {
        body: B,
        check: Option<(BodyHasher, ClaimedBodyHash)>,
    },
}

/// The body is another than the one whose hash was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not the one that was signed")]
struct OtherBody;

impl<B> SignedBody<B> {
    pub(super) fn whole(bytes: Bytes) -> Self {
        Self(State::Whole(bytes))
    }

    pub(super) fn streamed(body: B, claimed: Option<ClaimedBodyHash>) -> Self {
        let check = claimed.map(|claimed| (BodyHasher::new(claimed.kind()), claimed));
        Self(State::Streamed { body, check })
    }
}

impl<B> Body for SignedBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let (body, check) = match &mut self.get_mut().0 {
            State::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                return Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))));
            }
            State::Streamed { body, check } => (body, check),
        };
        let frame = std::task::ready!(Pin::new(body).poll_frame(context));
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                if let (Some((hasher, _)), Some(piece)) = (check, frame.data_ref()) {
                    hasher.update(piece);
                }
                Some(Ok(frame))
            }
            Some(Err(error)) => Some(Err(error.into())),
            None => {
                let is_other = check
                    .take()
                    .is_some_and(|(hasher, claimed)| !claimed.matches_hasher(hasher));
                is_other.then(|| Err(OtherBody.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            State::Whole(bytes) => bytes.is_empty(),
            // While something is to be checked, the end has not come.
            State::Streamed { body, check } => check.is_none() && body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            State::Whole(bytes) => {
                SizeHint::with_exact(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
            }
            State::Streamed { body, .. } => body.size_hint(),
        }
    }
}
