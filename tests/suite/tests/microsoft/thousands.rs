//! Tests thousands of tenants with a tenth of all answers faulty.

use std::sync::Arc;

use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::TenantId;
use regrant::microsoft::client::MicrosoftClient;
use regrant::microsoft::config::MicrosoftConfig;
use regrant::microsoft::{MfaEvidence, Microsoft as _, TokenFailure};
use regrant_simulators::microsoft::{FLEET_ADMINISTRATOR, MicrosoftConfig as SimulatorConfig, MicrosoftSimulator};
use regrant_simulators::{Fault, FaultPlan, Fleet};
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::registration;

use super::client;

const OKTA: &str = "11111111-2222-4333-8444-555555555555";

async fn fleet(size: u32) -> (MicrosoftSimulator, MicrosoftClient, Vec<String>) {
    let clock = simulated_clock();
    let simulator = MicrosoftSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
    let fleet = Fleet { apps_per_org: 1, ..Fleet::new(3, size) };
    simulator.add_fleet(&fleet);
    let (login, graph) = (simulator.login_url(), simulator.graph_url());
    // One attempt, so that every fault reaches the caller.
    let config = MicrosoftConfig { attempts: 1, ..MicrosoftConfig::default() };
    let client = client(&config, &login, &graph, &clock);
    (simulator, client, (0..size).map(|index| fleet.app(index, 0).tenant.unwrap()).collect())
}

fn id(simulator: &MicrosoftSimulator, tenant: &str) -> TenantId {
    simulator.with_tenant(tenant, |tenant| tenant.id.clone()).unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_fleet_tenant_can_be_monitored() {
    let (simulator, client, tenants) = fleet(2_000).await;
    assert_eq!(tenants.len(), 2_000);
    let ours = registration(MfaEvidence::default());
    for tenant in tenants.iter().step_by(400) {
        let key = id(&simulator, tenant);
        let refresh_token = simulator.hand_out_refresh_token(tenant, FLEET_ADMINISTRATOR).unwrap().into();
        let tokens = [
            client.application_token(&ours, &key).await.unwrap(),
            client.refresh(&ours, &key, &refresh_token).await.unwrap(),
        ];
        for token in tokens {
            let graph = client.graph(Cloud::Global, &token.access_token);
            let principal = graph.service_principal(&OKTA.parse().unwrap()).await.unwrap().unwrap();
            assert_eq!(graph.grants(&principal.id).await.unwrap().grants.len(), 7, "{tenant}");
            assert_eq!(graph.organization().await.unwrap().id, key);
        }
    }
}

/// The failing calls, ordered tenant by tenant or call by call.
async fn faulty_calls(by_tenant: bool) -> Vec<(usize, u32, bool)> {
    let (simulator, client, tenants) = fleet(10).await;
    let faults = [Fault::RateLimited, Fault::ServerError, Fault::EdgeProxyError, Fault::Reset, Fault::Truncated];
    simulator.set_fault_plan(faults.into_iter().fold(FaultPlan::default(), |plan, fault| plan.with(0.02, fault)));
    let ours = registration(MfaEvidence::default());
    let order: Vec<(usize, u32)> = if by_tenant {
        (0..10).flat_map(|tenant| (0..20).map(move |call| (tenant, call))).collect()
    } else {
        (0..20).flat_map(|call| (0..10).map(move |tenant| (tenant, call))).collect()
    };
    let mut seen = Vec::new();
    for (tenant, call) in order {
        let answer = client.application_token(&ours, &id(&simulator, &tenants[tenant])).await;
        if let Err(error) = &answer {
            assert_eq!(error.token_failure(), TokenFailure::Transient, "{error:?}");
        }
        seen.push((tenant, call, answer.is_err()));
    }
    seen.sort_unstable();
    seen
}

#[tokio::test]
async fn fault_plan_affects_same_tenth_of_answers() {
    let seen = faulty_calls(true).await;
    let faulty = seen.iter().filter(|(_, _, failed)| *failed).count();
    assert!((8..=36).contains(&faulty), "{faulty} of {}", seen.len());
    assert_eq!(seen, faulty_calls(false).await, "independent of other tenants");
}
