/// The head: where the reward comes from.
internal import Foundation
internal import TareCore
internal import TareEngine

extension ModelInspector {
  mutating func describeHead(_ weights: ModelWeights, hiddenSize: Int) -> (any RewardHead)? {
    let config = weights.config
    let names = Set(weights.shapes.map(\.name))
    let output = ["lm_head.weight", "output.weight", "embed_out.weight"]
      .first(where: names.contains)
    let isTied =
      output == nil && config.isLanguageModel && config["tie_word_embeddings"]?.bool == true
    result.add(
      "language_model_head", isTied ? "tied" : output.map { .string($0) } ?? .null,
      output == nil && !isTied ? nil : "LM head", output ?? "the embedding (tied)")
    describeReranker(weights)
    let head: any RewardHead
    do throws(TareError) {
      head = try loadRewardHead(
        WeightReader(weights),
        HeadContext(hiddenSize: hiddenSize, config: config, tokens: reranker?.tokens ?? []))
    } catch {
      if let beside = headBeside(weights, hiddenSize) { return beside }
      result.add("head", .null, "reward head", "no usable head")
      guard case .badData("tensors", let found, _) = error else {
        result.find(.error, error.description)
        return nil
      }
      let kind =
        isTied
        ? "a language model whose head is the embedding"
        : output == nil ? "neither a reward model nor a language model" : "a language model"
      let ways =
        output == nil && !isTied
        ? "a head in a file (--head FILE)"
        : "--head FILE (`tare train-head` makes one), --head logit:TOKEN, --head yes-no, or "
          + "--reference MODEL for an implicit reward"
      result.find(.error, "\(found): \(kind); it scores with \(ways)")
      return nil
    }
    describe(head)
    if let output, !(head is TokenHead) {
      result.find(
        .note, "\(output) is present besides the reward head, and is not used for rewards")
    }
    if let beside = try? weights.headBeside() {
      result.find(
        .note,
        "\(beside.file.url.lastPathComponent) is not used, as the model has its own head")
    }
    noteNormalisation(head, config)
    return head
  }

  /// The head that LLaMA-Factory saves beside a language model or an adapter.
  private mutating func headBeside(
    _ weights: ModelWeights, _ hiddenSize: Int
  ) -> (any RewardHead)? {
    let found = result.attempt { () throws(TareError) in try weights.headBeside() }
    guard let file = found.flatMap({ $0 }) else { return nil }
    let loaded = result.attempt { () throws(TareError) in
      do throws(TareError) {
        return try loadRewardHead(WeightReader(file), HeadContext(hiddenSize: hiddenSize))
      } catch {
        throw error.inside(file.file.path)
      }
    }
    guard let head = loaded else { return nil }
    describe(head, in: file.file.url.lastPathComponent)
    result.add("head_file", .string(file.file.path))
    noteNormalisation(head, weights.config)
    return head
  }

  private mutating func describe(_ head: any RewardHead, in file: String? = nil) {
    let kind = type(of: head).key
    let outputs = head.outputCount == 1 ? "1 output" : "\(head.outputCount) outputs"
    result.add(
      "head",
      [
        "kind": .string(kind), "tensors": .array(head.tensors.map { .string($0) }),
        "outputs": .int(head.outputCount),
      ], "reward head",
      "\(kind), \(outputs): \(head.tensors.joined(separator: ", "))"
        + (file.map { " in \($0)" } ?? ""))
  }

  private mutating func noteNormalisation(_ head: any RewardHead, _ config: ModelConfig) {
    let isOn = config["normalize_reward"]?.bool ?? false
    if let mean = config["mean"]?.double, let deviation = config["std"]?.double {
      result.find(
        .note,
        "the configuration has OpenRLHF's mean \(mean) and std \(deviation)"
          + (isOn ? " with normalize_reward" : "")
          + ": they are not applied; with --normalize-reward the score is (score − mean) / std")
    }
    if config["do_normalize"]?.bool == true, !(head is NormalisedHead) {
      result.find(
        .warning, "the configuration has do_normalize, but there is no normalizer.mean")
    }
  }
}
