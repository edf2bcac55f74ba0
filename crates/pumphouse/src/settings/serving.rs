//! From settings to a server.

use std::time::Duration;

use pumphouse_server::{Builder, Registration, Server, Smtp, SmtpSecurity};

use super::Settings;
use super::values::Bounce;
use crate::error::Error;

impl Settings {
    /// A server with these settings, not started.
    ///
    /// # Errors
    /// If there is no place for the data.
    pub(crate) fn server(&self) -> Result<Builder, Error> {
        let builder = Server::builder(self.data_dir()?)
            .listen(self.listen(self.port))
            .hostname(&self.hostname)
            .site(&self.site)
            .owner(self.owner.clone(), self.owner_url.clone())
            .redirect_to_canonical(
                self.redirect_to_canonical,
                self.redirect_address_to_canonical,
            )
            .trusted_proxies(self.trusted_proxy.iter().copied())
            .upload_limit(if self.enable_uploads {
                self.upload_limit
            } else {
                0
            })
            .limits_per_address(self.requests_per_second, self.connections_per_address)
            .compress(self.compress)
            .sockjs(self.sockjs)
            .reach_private_addresses(self.reach_private_addresses)
            .web(!self.no_web);
        let builder = self.mail(self.accounts(builder));
        Ok(self.tls(self.site_look(self.doors(builder))))
    }

    /// The address and port to listen on.
    pub(crate) fn listen(&self, port: u16) -> String {
        let address = self.address.as_ref().unwrap_or(&self.hostname);
        if address.contains(':') && !address.starts_with('[') {
            return format!("[{address}]:{port}");
        }
        format!("{address}:{port}")
    }

    fn accounts(&self, builder: Builder) -> Builder {
        let registration = match self.disable_registration {
            true => Registration::Closed,
            false => self.registration.into(),
        };
        builder
            .registration(registration)
            .require_email(self.require_email)
            .clients(self.clients.0.iter().cloned())
            .users(self.users.0.iter().cloned())
    }

    fn mail(&self, builder: Builder) -> Builder {
        let Some(host) = &self.smtp_server else {
            return builder;
        };
        let security = match (self.smtp_use_ssl, self.smtp_require_tls, self.smtp_use_tls) {
            (true, _, _) => SmtpSecurity::Tls,
            (false, true, _) => SmtpSecurity::StartTls,
            (false, false, true) => SmtpSecurity::Opportunistic,
            (false, false, false) => SmtpSecurity::None,
        };
        let mut smtp = Smtp::new(host)
            .port(self.smtp_port)
            .security(security)
            .timeout(Duration::from_millis(self.smtp_timeout));
        if let (Some(user), Some(password)) = (&self.smtp_user, &self.smtp_pass) {
            smtp = smtp.credentials(user, &password.0);
        }
        if let Some(address) = &self.smtp_from {
            smtp = smtp.from(address);
        }
        builder.smtp(smtp)
    }

    /// Where requests are led to https from, if they are.
    pub(crate) fn bounce_address(&self) -> Option<String> {
        match &self.bounce {
            Bounce::Port80(false) => None,
            Bounce::Port80(true) => Some(self.listen(80)),
            Bounce::At(address) => Some(address.clone()),
        }
    }

    fn doors(&self, mut builder: Builder) -> Builder {
        if let Some(port) = self.url_port {
            builder = builder.public_port(port);
        }
        if let Some(path) = &self.url_path {
            builder = builder.url_path(path);
        }
        if let Some(address) = &self.metrics {
            builder = builder.metrics(address);
        }
        builder
    }

    fn site_look(&self, mut builder: Builder) -> Builder {
        if let Some(url) = &self.main_image {
            builder = builder.main_image(url);
        }
        if let Some(html) = &self.append_footer {
            builder = builder.footer(html);
        }
        if let Some(file) = &self.favicon {
            builder = builder.favicon(file);
        }
        builder
    }

    fn tls(&self, mut builder: Builder) -> Builder {
        if let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) {
            builder = builder.tls(certificate, key);
        }
        if let Some(address) = self.bounce_address() {
            builder = builder.bounce(address);
        }
        if let Some(hsts) = &self.hsts {
            let age = Duration::from_secs(hsts.max_age);
            builder = builder.transport_security(age, hsts.include_sub_domains, hsts.preload);
        }
        builder
    }
}
