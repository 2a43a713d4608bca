//! Compares the metrics in the template with those that the functions emit.

use std::collections::BTreeSet;

use regrant::metrics::Metric;
use regrant_tests::aws::template;
use serde_json::Value;
use strum::VariantArray as _;

/// Every `["Regrant", "name", …]` of a dashboard.
fn of_dashboards(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => {
            if let [Value::String(namespace), Value::String(name), ..] = items.as_slice()
                && namespace == "Regrant"
            {
                names.insert(name.clone());
            }
            for item in items {
                of_dashboards(item, names);
            }
        }
        Value::Object(members) => {
            for member in members.values() {
                of_dashboards(member, names);
            }
        }
        _ => {}
    }
}

#[test]
fn alarms_and_dashboard_use_existing_metrics() {
    let counted: BTreeSet<_> = Metric::VARIANTS.iter().map(|one| one.name().to_owned()).collect();
    let alarms = template().of_type("AWS::CloudWatch::Alarm").map(regrant_template::Resource::properties);
    let alarms = alarms.filter(|alarm| alarm["Namespace"] == "Regrant");
    let watched: BTreeSet<_> = alarms.map(|alarm| alarm["MetricName"].as_str().unwrap().to_owned()).collect();
    assert!(watched.len() > 3 && watched.is_subset(&counted), "{watched:?}");

    let mut shown = BTreeSet::new();
    for dashboard in template().of_type("AWS::CloudWatch::Dashboard") {
        let body = dashboard.properties()["DashboardBody"].as_str().unwrap();
        of_dashboards(&serde_json::from_str(body).unwrap(), &mut shown);
    }
    assert!(shown.len() > 3 && shown.is_subset(&counted), "{shown:?}");
}
