/// The head: where the reward comes from.
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
      "languageModelHead", isTied ? "tied" : output.map { .string($0) } ?? .null,
      output == nil && !isTied ? nil : "LM head", output ?? "the embedding (tied)")
    let head: any RewardHead
    do throws(TareError) {
      head = try loadRewardHead(
        WeightReader(weights), HeadContext(hiddenSize: hiddenSize, config: config))
    } catch {
      result.add("head", .null, "reward head", "none that can be used")
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
    if let output {
      result.find(.note, "\(output) stands beside the reward head, and is not used for rewards")
    }
    noteNormalisation(head, config)
    return head
  }

  private mutating func describe(_ head: any RewardHead) {
    let kind = type(of: head).key
    let outputs = head.outputCount == 1 ? "1 output" : "\(head.outputCount) outputs"
    result.add(
      "head",
      [
        "kind": .string(kind), "tensors": .array(head.tensors.map { .string($0) }),
        "outputs": .int(head.outputCount),
      ], "reward head", "\(kind), \(outputs): \(head.tensors.joined(separator: ", "))")
  }

  private mutating func noteNormalisation(_ head: any RewardHead, _ config: ModelConfig) {
    let isOn = config["normalize_reward"]?.bool ?? false
    if let mean = config["mean"]?.double, let deviation = config["std"]?.double {
      result.find(
        .note,
        "the configuration has OpenRLHF's mean \(mean) and std \(deviation)"
          + (isOn ? " with normalize_reward" : "")
          + ": they are not applied; the normalised score is (score − mean) / std")
    }
    if config["do_normalize"]?.bool == true, !(head is NormalisedHead) {
      result.find(
        .warning, "the configuration says do_normalize, but there is no normalizer.mean to apply")
    }
  }
}
