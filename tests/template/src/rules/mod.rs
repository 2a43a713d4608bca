//! Template rules that no linter checks. Each returns a description per violation.

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

/// A rule: returns the template's violations.
pub type Rule = fn(&Template) -> Vec<String>;

/// Every rule, with its requirement.
pub const RULES: &[(&str, Rule)] = &[
    ("schedule expressions are valid, and their parameter accepts only valid ones", schedule::expressions),
    ("schedules send the event that functions expect", schedule::inputs),
    ("failed scheduled events go to a dead-letter queue", schedule::failures_are_kept),
    ("every EventBridge rule may call its function, and failed events go to a dead-letter queue", events::rules),
    ("SES reports the events that functions read, without open and click tracking", events::reports),
    ("Okta's log stream selects the same events as Regrant's log filter", events::log_stream),
    ("the template contains no secret", secrets::literals),
    ("no parameter takes a secret", secrets::parameters),
    ("actions apply to ARNs of their own service", policies::own_service),
    ("only actions without resource-level permissions apply to all resources", policies::wildcards),
    ("each function has its own role", policies::own_roles),
    ("exactly the routes below /v1 require a token", api::authorizers),
    ("every route of the functions exists with its function, and no other route exists", api::routes),
    ("public routes have their own throttle, which depends on the route", api::throttles),
    ("the access log contains no path, query, header or cookie", api::access_log),
    ("the visibility timeout is six times the function's timeout", queues::visibility),
    ("failed messages go to a dead-letter queue with a longer retention", queues::redrive),
    ("one failed message does not repeat its batch", queues::partial_batches),
    ("every function has exactly the variables it needs", environment::variables),
    ("every log group is encrypted and has a retention, and every function has one", logs::groups),
    ("every failure metric has an alarm", alarms::complete),
];

/// The violations of all rules.
pub fn violations(template: &Template) -> Vec<String> {
    let of = |(requirement, rule): &(&str, Rule)| {
        let requirement = (*requirement).to_owned();
        rule(template).into_iter().map(move |violation| format!("{requirement}: {violation}"))
    };
    RULES.iter().flat_map(of).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test may panic")]
pub(crate) mod testing {
    use serde_json::Value;

    use super::Rule;
    use crate::Template;

    /// The project's own template.
    pub(crate) fn template() -> Template {
        Template::parse(include_str!("../../../../template.yaml")).unwrap()
    }

    /// Checks that a rule accepts the template and reports each mistake, given as a JSON pointer and a value.
    pub(crate) fn detects(rule: Rule, mistakes: impl IntoIterator<Item = (&'static str, Value)>) {
        let template = template();
        assert_eq!(rule(&template), Vec::<String>::new());
        for (pointer, value) in mistakes {
            let broken = template.with(pointer, value.clone()).unwrap();
            assert_ne!(rule(&broken), Vec::<String>::new(), "{value} at {pointer} is not reported");
        }
    }
}
