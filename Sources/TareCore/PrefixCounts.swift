/// What a prefix cache has done, for metrics and summaries.

package struct PrefixCounts: Sendable, Hashable {
  /// Tokens of the sequences that were run, and those of them whose keys and values were in the cache.
  package var tokens = 0
  package var hits = 0
  /// Rows that were computed: tokens that no other text of a pass, nor the cache, has.
  package var rows = 0
  /// Bytes that it holds, and the most that it may hold.
  package var bytes = 0
  package var limit = 0
  /// Panels of tokens that it holds, and that were dropped for others.
  package var entries = 0
  package var evictions = 0

  package init() {}

  package static func + (a: PrefixCounts, b: PrefixCounts) -> PrefixCounts {
    var sum = a
    sum.tokens += b.tokens
    sum.hits += b.hits
    sum.rows += b.rows
    sum.bytes += b.bytes
    sum.limit += b.limit
    sum.entries += b.entries
    sum.evictions += b.evictions
    return sum
  }
}
