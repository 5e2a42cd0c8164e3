/// What a head is fitted to: features of preference pairs, the model's body being frozen.
package import TareCore
package import TareScoring
package import TareStore

extension Store {
  /// Features of both responses of each pair, computed where the store has none.
  ///
  /// - Parameter pairs: rows with one chosen and one rejected response.
  /// - Returns: for each pair the chosen and the rejected response's features, [hiddenSize].
  package func pairFeatures(
    _ pairs: [CandidateSet], with extractor: FeatureExtractor, _ options: ScoringOptions,
    observer: StageObserver = StageObserver()
  ) throws(TareError) -> (features: [(chosen: [Float], rejected: [Float])], computed: Int) {
    var digests: [(chosen: Digest, rejected: Digest)] = []
    var conversations: [Digest: TokenizedConversation] = [:]
    for pair in pairs.map({ $0.fittingParts(to: extractor.text) }) {
      func digest(_ role: Role) throws(TareError) -> Digest {
        guard let candidate = pair.only(role) else {
          throw .badData(
            place: "pair '\(pair.id)'", found: "\(pair.responses.count) responses",
            accepted: "one chosen and one rejected")
        }
        do throws(TareError) {
          let conversation = try extractor.text.tokenize(
            pair.conversation(candidate), options)
          let digest = conversation.digest
          conversations[digest] = conversation
          return digest
        } catch {
          throw error.inside("pair '\(pair.id)', \(role.rawValue)")
        }
      }
      digests.append((try digest(.chosen), try digest(.rejected)))
    }
    let (all, computed) = try vectors(of: conversations, with: extractor, options, observer)
    var features: [(chosen: [Float], rejected: [Float])] = []
    for digest in digests {
      guard let chosen = all[digest.chosen], let rejected = all[digest.rejected] else {
        throw .fault("a feature is missing after all were computed")
      }
      features.append((chosen, rejected))
    }
    return (features, computed)
  }

  /// Features of texts as a user's message, at the last token before the answer would begin.
  ///
  /// - Returns: [text][hiddenSize].
  func promptFeatures(
    _ texts: [String], with extractor: FeatureExtractor, _ options: ScoringOptions,
    observer: StageObserver
  ) throws(TareError) -> [[Float]] {
    var options = options
    options.ending = .generationPrompt
    var digests: [Digest] = []
    var conversations: [Digest: TokenizedConversation] = [:]
    for (row, text) in texts.enumerated() {
      do throws(TareError) {
        let conversation = try extractor.text.tokenize(
          Conversation(prompt: [.user(text)], turns: []), options)
        let digest = conversation.digest
        conversations[digest] = conversation
        digests.append(digest)
      } catch {
        throw error.inside("row \(row + 1)")
      }
    }
    let all = try vectors(of: conversations, with: extractor, options, observer).vectors
    var features: [[Float]] = []
    for digest in digests {
      guard let vector = all[digest] else {
        throw .fault("a feature is missing after all were computed")
      }
      features.append(vector)
    }
    return features
  }

  /// The vector of each conversation, computed where the store has none.
  private func vectors(
    of conversations: [Digest: TokenizedConversation], with extractor: FeatureExtractor,
    _ options: ScoringOptions, _ observer: StageObserver
  ) throws(TareError) -> (vectors: [Digest: [Float]], computed: Int) {
    let scorer = extractor.scorer(options)
    let known = try features(by: scorer, for: conversations.keys)
    let missing = conversations.filter { known[$0.key] == nil }.sorted { $0.key < $1.key }
    var runner = BatchRunner(
      work: "features", total: conversations.count, isKept: isKept,
      sharesPrefixes: extractor.sharesPrefixes, observer: observer)
    runner.skip(known.count)
    var batches = BatchRunner.batches(
      missing.map(\.value), sharesPrefixes: extractor.sharesPrefixes)[...]
    try runner.run { () throws(TareError) in
      batches.popFirst()
    } take: { (digests) throws(TareError) in
      ClaimedWork(known: try self.features(by: scorer, for: digests).keys)
    } compute: { batch, finish in
      finish(Result { () throws(TareError) in try extractor.features(batch) })
    } keep: { (batch, vectors) throws(TareError) in
      let named = Dictionary(uniqueKeysWithValues: zip(batch.map(\.digest), vectors))
      try self.insert(features: named, by: scorer)
    }
    return (try features(by: scorer, for: conversations.keys), runner.computed)
  }
}

extension FeatureExtractor {
  fileprivate func scorer(_ options: ScoringOptions) -> Scorer {
    Scorer(
      modelDigest: text.digest, modelName: text.name, precision: precision,
      readRule: options.readRule.description)
  }
}

extension CandidateSet {
  /// The single response with this role; nil if there are none or several.
  fileprivate func only(_ role: Role) -> Candidate? {
    let found = responses.filter { $0.role == role }
    return found.count == 1 ? found[0] : nil
  }
}
