/// What a router's logits choose.
internal import CKernels

struct ExpertChoice {
  /// The experts' scores, divided by their sum, [experts].
  let probabilities: [Float]
  /// The chosen experts and their weights, the first of equal ones first.
  private(set) var experts: [(expert: Int, weight: Float)]

  init(_ logits: [Float], _ spec: MixtureSpec, choiceBias: [Float]?) {
    switch spec.scoring {
    case .softmax:
      probabilities = Self.softmax(logits)
      experts = Self.largest(Self.inChosenGroups(probabilities, spec.groups, else: 0), spec.chosen)
    case .sigmoid:
      var scores = [Float](repeating: 1, count: logits.count)
      tare_kernels().pointee.sigmoidGate(&scores, logits, logits.count)
      let total = scores.reduce(0, +)
      probabilities = scores.map { $0 / total }
      let counted = choiceBias.map { zip(scores, $0).map { $0 + $1 } } ?? scores
      experts = Self.largest(
        Self.inChosenGroups(counted, spec.groups, else: -.infinity), spec.chosen
      ).map { ($0.expert, scores[$0.expert]) }
    case .sparseMixer(let jitter):
      probabilities = Self.softmax(logits)
      experts = Self.mixed(logits, jitter: jitter)
    }
    guard spec.isNormalised else { return }
    var sum = experts.reduce(0) { $0 + $1.weight }
    // Sigmoids may all be nothing.
    if spec.scoring == .sigmoid { sum += 1e-20 }
    for index in experts.indices { experts[index].weight /= sum }
  }

  /// softmax(logits), [experts].
  private static func softmax(_ logits: [Float]) -> [Float] {
    let top = logits.max() ?? 0
    var probabilities = logits.map { $0 - top }
    tare_kernels().pointee.exponential(&probabilities, probabilities, probabilities.count)
    let total = probabilities.reduce(0, +)
    return probabilities.map { $0 / total }
  }

  /// The largest numbers and their places, the first of equal ones.
  private static func largest(_ values: [Float], _ count: Int) -> [(expert: Int, weight: Float)] {
    // The largest so far, descending; there are few.
    var chosen: [(expert: Int, weight: Float)] = []
    chosen.reserveCapacity(count + 1)
    for (expert, weight) in values.enumerated() {
      if chosen.count == count {
        guard let last = chosen.last, weight > last.weight else { continue }
        chosen.removeLast()
      }
      let place = chosen.firstIndex { weight > $0.weight } ?? chosen.endIndex
      chosen.insert((expert, weight), at: place)
    }
    return chosen
  }

  /// The values of experts in the groups that are chosen, and `other` for the rest.
  private static func inChosenGroups(
    _ values: [Float], _ groups: MixtureSpec.Groups?, else other: Float
  ) -> [Float] {
    guard let groups, groups.chosen < groups.count else { return values }
    let size = values.count / groups.count
    let scores = (0..<groups.count).map { group in
      largest(Array(values[(group * size)..<((group + 1) * size)]), groups.isByTwo ? 2 : 1)
        .reduce(0) { $0 + $1.weight }
    }
    let chosen = Set(largest(scores, groups.chosen).map(\.expert))
    return values.enumerated().map { chosen.contains($0 / size) ? $1 : other }
  }

  /// The best expert and the best of the others, each with its share among those that are not far
  /// below it (Phi-3.5-MoE's sparsemixer).
  private static func mixed(
    _ logits: [Float], jitter: Float
  ) -> [(expert: Int, weight: Float)] {
    var left = logits
    var found: [(expert: Int, weight: Float)] = []
    for _ in 0..<min(2, logits.count) {
      guard let best = largest(left, 1).first else { break }
      let top = best.weight
      let near = zip(logits, left).map { logit, value in
        (top - logit) / max(abs(logit), top) > 2 * jitter ? -Float.infinity : value
      }
      found.append((best.expert, softmax(near)[best.expert]))
      left[best.expert] = -.infinity
    }
    return found
  }
}
