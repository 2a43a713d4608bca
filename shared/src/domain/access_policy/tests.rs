#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use proptest::prelude::*;

use super::*;

fn customer(name: &str) -> CustomerName {
    name.parse().unwrap()
}

fn set(names: &[&str]) -> BTreeSet<CustomerName> {
    names.iter().map(|name| customer(name)).collect()
}

fn rule(claim: &str, value: &str, role: Role, scope: Scope) -> AccessRule {
    let claim = ClaimMatch::new(claim, value).unwrap();
    AccessRule { claim, role, scope, granted_at: Timestamp::UNIX_EPOCH, granted_by: None }
}

fn identity(subject: &str, groups: &[&str]) -> Identity {
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    Identity {
        issuer: "https://id.example.com".to_owned(),
        subject: subject.to_owned(),
        name: None,
        claims: BTreeMap::from([("groups".to_owned(), groups)]),
    }
}

#[test]
fn no_matching_rule_means_no_access() {
    let rules = AccessRules { rules: vec![rule("groups", "admins", Role::Administrator, Scope::All)], version: 1 };
    let access = rules.access_of(&identity("ada", &["Admins", "admins2"]));
    assert!(access.is_none());
    for permission in Permission::ALL {
        assert!(!access.allows_somewhere(permission), "{permission}");
    }
}

#[test]
fn roles_count_per_customer_and_never_across() {
    let rules = AccessRules {
        rules: vec![
            rule("groups", "acme-ops", Role::Operator, Scope::Only(set(&["Acme"]))),
            rule("groups", "everyone", Role::Viewer, Scope::AllBut(set(&["Secret"]))),
        ],
        version: 1,
    };
    let access = rules.access_of(&identity("ada", &["acme-ops", "everyone"]));
    assert!(access.allows(Permission::Save, Some(&customer("Acme"))));
    assert!(!access.allows(Permission::Save, Some(&customer("Globex"))));
    assert!(access.allows(Permission::ReadEstate, Some(&customer("Globex"))));
    assert!(!access.allows(Permission::ReadEstate, Some(&customer("Secret"))));
    assert!(!access.allows(Permission::ReadEstate, None), "an org without a customer is not in any partial scope");
}

#[test]
fn installation_wide_permissions_need_all_customers() {
    let almost = Access(vec![(Role::Administrator, Scope::AllBut(set(&["Acme"])))]);
    for permission in Permission::ALL {
        assert_eq!(almost.allows_somewhere(permission), !permission.is_for_all_customers(), "{permission}");
        assert!(Access::everything().allows(permission, None), "{permission}");
    }
}

#[test]
fn last_administrator_cannot_be_removed() {
    let first = AccessRules::default().with(rule("sub", "ada", Role::Administrator, Scope::All)).unwrap();
    let ada = ClaimMatch::new("sub", "ada").unwrap();
    assert_eq!(first.without(&ada, None), Err(RuleError::LastAdministrator));
    let narrower = rule("sub", "ada", Role::Administrator, Scope::Only(set(&["Acme"])));
    assert_eq!(first.with(narrower.clone()), Err(RuleError::LastAdministrator), "narrowing removes one too");
    let second = first.with(rule("groups", "admins", Role::Administrator, Scope::All)).unwrap();
    assert!(second.with(narrower).is_ok() && second.without(&ada, None).is_ok());
    assert_eq!(second.without(&ClaimMatch::new("sub", "bob").unwrap(), None), Err(RuleError::NoSuchRule));
}

#[test]
fn claims_that_people_edit_decide_nothing() {
    for claim in SELF_SERVICE_CLAIMS {
        assert!(ClaimMatch::new(claim, "x").is_err(), "{claim}");
    }
    assert!(ClaimMatch::new("groups", "").is_err() && ClaimMatch::new("groups", &"x".repeat(257)).is_err());
}

#[test]
fn names_of_roles_and_permissions_read_back() {
    for role in Role::ALL {
        assert_eq!(role.name().parse(), Ok(role));
    }
    for permission in Permission::ALL {
        assert_eq!(permission.name().parse(), Ok(permission));
    }
}

fn scopes() -> impl Strategy<Value = Scope> {
    let names = || proptest::collection::btree_set(prop::sample::select(vec!["A", "B", "C"]).prop_map(customer), 0..3);
    prop_oneof![Just(Scope::All), names().prop_map(Scope::Only), names().prop_map(Scope::AllBut)]
}

proptest! {
    #[test]
    fn union_covers_exactly_what_either_covers(one in scopes(), other in scopes()) {
        let union = one.clone().union(other.clone());
        for name in ["A", "B", "C", "D"] {
            let name = customer(name);
            prop_assert_eq!(union.covers(Some(&name)), one.covers(Some(&name)) || other.covers(Some(&name)));
        }
        prop_assert_eq!(union.covers(None), one.covers(None) || other.covers(None));
    }
}
