/// Merges the neighbouring tokens of one word, best first, in O(n log n).
///
/// The tokens are a doubly linked list in arrays, which keep their storage from word to word. A heap
/// holds the merges that were possible when they were put in; those overtaken by others are passed
/// over when they come up.
struct PairMerger {
  private var tokens: [Token] = []
  private var candidates: [Candidate] = []

  private struct Token {
    var id: Int32
    /// Places of the neighbours in the list; -1 at its ends.
    var previous: Int
    var next: Int
    /// The merge with the next token, as the vocabulary has it now.
    var merge: MergeTable.Merge?
  }

  private struct Candidate {
    var rank: Int32
    var place: Int

    /// Whether it is merged before `other`.
    func precedes(_ other: Candidate) -> Bool {
      (rank, place) < (other.rank, other.place)
    }
  }

  /// Begins a word of at most `count` tokens.
  mutating func start(count: Int) {
    tokens.removeAll(keepingCapacity: true)
    candidates.removeAll(keepingCapacity: true)
    tokens.reserveCapacity(count)
  }

  mutating func append(_ id: Int32) {
    let place = tokens.count
    if place > 0 { tokens[place - 1].next = place }
    tokens.append(Token(id: id, previous: place - 1, next: -1))
  }

  /// - Parameter find: the merge of two tokens, if the vocabulary has one.
  mutating func merge(_ find: (Int32, Int32) -> MergeTable.Merge?) {
    for place in tokens.indices { consider(place, find) }
    while let candidate = popBest() {
      let place = candidate.place
      guard let merge = tokens[place].merge, merge.rank == candidate.rank else { continue }
      join(place, merge)
      consider(place, find)
      if tokens[place].previous >= 0 { consider(tokens[place].previous, find) }
    }
  }

  /// Appends the tokens as they now are.
  func appendTokens(to ids: inout [Int32]) {
    var place = tokens.isEmpty ? -1 : 0
    while place >= 0 {
      ids.append(tokens[place].id)
      place = tokens[place].next
    }
  }

  /// Makes one token of the one at `place` and the next, which leaves the list.
  private mutating func join(_ place: Int, _ merge: MergeTable.Merge) {
    let gone = tokens[place].next
    let next = tokens[gone].next
    tokens[gone].merge = nil
    tokens[place].id = merge.id
    tokens[place].next = next
    if next >= 0 { tokens[next].previous = place }
  }

  /// Looks up the merge of the token at `place` with the next.
  private mutating func consider(_ place: Int, _ find: (Int32, Int32) -> MergeTable.Merge?) {
    let next = tokens[place].next
    let merge = next < 0 ? nil : find(tokens[place].id, tokens[next].id)
    tokens[place].merge = merge
    if let merge { push(Candidate(rank: merge.rank, place: place)) }
  }

  // MARK: - The heap

  private mutating func push(_ candidate: Candidate) {
    var child = candidates.count
    candidates.append(candidate)
    while child > 0 {
      let parent = (child - 1) / 2
      guard candidate.precedes(candidates[parent]) else { break }
      candidates[child] = candidates[parent]
      child = parent
    }
    candidates[child] = candidate
  }

  private mutating func popBest() -> Candidate? {
    guard let best = candidates.first, let last = candidates.popLast() else { return nil }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < candidates.count else { break }
      if child + 1 < candidates.count, candidates[child + 1].precedes(candidates[child]) {
        child += 1
      }
      guard candidates[child].precedes(last) else { break }
      candidates[parent] = candidates[child]
      parent = child
    }
    if parent < candidates.count { candidates[parent] = last }
    return best
  }
}
