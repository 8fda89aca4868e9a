//! Feature proxy: the PROXY protocol's flag of `chat-server`. Touches clap.

use std::net::IpAddr;

use clap::Args;

use super::TrustedProxies;
use crate::server::robust::balancers::Balancers;

/// What `chat-server` takes beside its own flags.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Flags {
    /// Balancers, with 'send-proxy': each of their connections begins with a PROXY header, which is believed
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', value_parser = address)]
    trusted_proxy: Vec<IpAddr>,
}

fn address(text: &str) -> Result<IpAddr, String> {
    text.trim().parse().map_err(|_| "it has to be an IP address without a port, such as 192.0.2.3 or ::1".into())
}

impl Flags {
    /// For `Config`: `None` where nobody is trusted.
    pub fn balancers(&self) -> Option<Box<dyn Balancers>> {
        let trusted = || Box::new(TrustedProxies::new(&self.trusted_proxy)) as Box<dyn Balancers>;
        (!self.trusted_proxy.is_empty()).then(trusted)
    }
}
