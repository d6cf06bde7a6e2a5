#pragma once

#include "core/archive.hpp"
#include "core/broker_core.hpp"

// How what has no form of its own lies in journal entries.

namespace kwire::embedded {

inline void describe(archive& a, committed_offset& what) {
  a(what.offset, what.epoch, what.metadata, what.committed, what.expires);
}

inline void describe(archive& a, share_partition::saved_run& run) {
  a(run.first, run.last, run.done, run.deliveries);
}

inline void describe(archive& a, acl_binding& rule) {
  a(rule.type, rule.name, rule.pattern, rule.principal, rule.host, rule.operation, rule.permission);
}

inline void describe(archive& a, scram_credential& one) { a(one.iterations, one.salt, one.salted_password); }

inline void describe(archive& a, delegation_token& one) {
  a(one.id, one.owner, one.requester, one.renewers, one.issued, one.expires, one.latest, one.hmac);
}

/// One kind of what administrators set.
struct stored_admin {
  admin_part what;
  broker_core& core;

  void describe(archive& a);

 private:
  void acls(archive& a);
  void groups(archive& a);
};

}  // namespace kwire::embedded
