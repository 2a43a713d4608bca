//! Rules that no linter checks. Each gives what offends it, in words; nothing is what is wanted.

mod alarms;
mod api;
mod environment;
mod events;
mod logs;
mod policies;
mod queues;
mod schedule;
mod secrets;

use crate::Template;

/// A rule: what of the template offends it.
pub type Rule = fn(&Template) -> Vec<String>;

/// Every rule, with what it asks for.
pub const RULES: &[(&str, Rule)] = &[
    ("schedules are valid, and their parameter admits no other", schedule::expressions),
    ("schedules hand over the event that functions know", schedule::inputs),
    ("what a schedule starts is kept where it fails", schedule::failures_are_kept),
    ("every rule of EventBridge may call its function, and what fails is kept", events::rules),
    ("SES reports what the functions read, and nobody tracks readers", events::reports),
    ("what Okta's log stream brings is what the log itself is asked for", events::log_stream),
    ("no secret stands in the template", secrets::literals),
    ("no parameter takes a secret", secrets::parameters),
    ("actions stand on ARNs of their own service", policies::own_service),
    ("only what knows no resources is allowed on all of them", policies::wildcards),
    ("each function has a role of its own", policies::own_roles),
    ("every route below /v1 asks for a token, and no other", api::authorizers),
    ("every route of the functions is there, leads to its function, and no other is", api::routes),
    ("what strangers reach is throttled apart, once its route is there", api::throttles),
    ("the access log holds no path, query, header or cookie", api::access_log),
    ("messages stay hidden six times as long as their function may run", queues::visibility),
    ("failed messages go to a queue that keeps them longer", queues::redrive),
    ("one failed message does not repeat its batch", queues::partial_batches),
    ("every function is told what it needs", environment::variables),
    ("every log group is encrypted and ends, and every function has one", logs::groups),
    ("whatever can go wrong unseen has an alarm", alarms::complete),
];

/// What offends any rule.
pub fn offences(template: &Template) -> Vec<String> {
    let of = |(asks, rule): &(&str, Rule)| {
        let asks = (*asks).to_owned();
        rule(template).into_iter().map(move |offence| format!("{asks}: {offence}"))
    };
    RULES.iter().flat_map(of).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
pub(crate) mod testing {
    use serde_json::Value;

    use super::Rule;
    use crate::Template;

    /// The project's own template.
    pub(crate) fn template() -> Template {
        Template::parse(include_str!("../../../../template.yaml")).unwrap()
    }

    /// A rule finds nothing in the template, and something in one with another value at each place.
    pub(crate) fn detects(rule: Rule, mistakes: impl IntoIterator<Item = (&'static str, Value)>) {
        let template = template();
        assert_eq!(rule(&template), Vec::<String>::new());
        for (pointer, value) in mistakes {
            let broken = template.with(pointer, value.clone()).unwrap();
            assert_ne!(rule(&broken), Vec::<String>::new(), "{value} at {pointer} goes unnoticed");
        }
    }
}
