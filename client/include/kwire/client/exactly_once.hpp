#pragma once

#include <kwire/client/consumer.hpp>
#include <kwire/client/producer.hpp>
#include <optional>
#include <type_traits>

namespace kwire {

namespace api_detail {

/// What `exactly_once` does around the records.
class exactly_once_steps {
 public:
  exactly_once_steps(consumer& in, producer& out, const record_batches& batch, producer::timeout limit)
      : in_(&in), out_(&out), batch_(&batch), limit_(limit) {}

  result<void> begin();
  result<void> produce(const record& what);
  result<void> finish();
  /// Aborts, takes the consumer back to the beginning of the batch and gives the error back.
  error undo(error why);

 private:
  result<void> settle();
  consumer* in_;
  producer* out_;
  const record_batches* batch_;
  producer::timeout limit_;
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace api_detail

/// Consumes, transforms, produces: what `transform` makes of the records of `batch` and the offsets behind
/// them become visible in one transaction. `transform(const record_view&)` gives a `record`, an
/// `std::optional<record>`, or a range of records; what they refer to has to live until the next call of it.
/// `out` has a transactional.id of its own and is registered on first use; `in` reads committed records only
/// and does not commit by itself, else `invalid_state`.
///
/// On an error the transaction has been aborted and `in` reads the batch again with the next `poll`; when the
/// error is `fatal()`, close `out`. Whatever `transform` throws goes through, after the same. Waits up to
/// `limit` (max.block.ms of `out`) at each step; `timed_out` is the one error after which nobody knows yet
/// whether the batch is committed: the next call finds out first, and goes on or takes `in` back to what is.
/// A batch without records does nothing.
template <class Transform>
[[nodiscard]] result<void> exactly_once(consumer& in, producer& out, const record_batches& batch,
                                        Transform&& transform, producer::timeout limit = {}) {
  using made = std::remove_cvref_t<std::invoke_result_t<Transform&, const record_view&>>;
  if (batch.empty()) return {};
  api_detail::exactly_once_steps steps{in, out, batch, limit};
  if (auto begun = steps.begin(); !begun) return begun.error();
  try {
    for (const record_view& read : batch) {
      auto written = transform(read);
      if constexpr (std::is_same_v<made, record>) {
        if (auto done = steps.produce(written); !done) return steps.undo(done.error());
      } else if constexpr (api_detail::is_optional<made>) {
        if (!written) continue;
        if (auto done = steps.produce(*written); !done) return steps.undo(done.error());
      } else {
        for (const record& one : written) {
          if (auto done = steps.produce(one); !done) return steps.undo(done.error());
        }
      }
    }
  } catch (...) {
    (void)steps.undo({});
    throw;
  }
  if (batch.error()) return steps.undo(*batch.error());
  if (auto done = steps.finish(); !done) return steps.undo(done.error());
  return {};
}

}  // namespace kwire
