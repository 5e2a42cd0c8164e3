/// What `tare train-adapter` reads: pairs as tokens, and the states below the layers that learn.
internal import Foundation
internal import TareCore
internal import TareEngine
internal import TareFormats
internal import TareScoring
internal import TareTraining

/// A domain's pairs as tokens.
struct AdapterDomain {
  let facts: AdapterOutcome.Domain
  /// [pair]
  let chosen: [TokenizedConversation]
  let rejected: [TokenizedConversation]
  let prompts: [String]
  /// [pair]
  let isHeldOut: [Bool]

  /// Tokens of the longest input.
  var longest: Int { (chosen + rejected).map(\.ids.count).max() ?? 0 }
  var tokens: Int { (chosen + rejected).reduce(0) { $0 + $1.ids.count } }
}

extension Pipeline {
  func adapterDomains(
    _ request: TrainAdapterRequest, _ text: TextModel, _ options: ScoringOptions
  ) throws(TareError) -> [AdapterDomain] {
    let columns = try ColumnMapping(command: request.columns)
    var domains: [AdapterDomain] = []
    for path in request.domains {
      let (file, rows) = try readPairs(path, request.format, columns, request.policy)
      do throws(TareError) {
        domains.append(try domain(file, rows, request, text, options))
      } catch {
        throw error.inside(file.name)
      }
    }
    return domains
  }

  private func domain(
    _ file: InputFile, _ rows: [CandidateSet], _ request: TrainAdapterRequest, _ text: TextModel,
    _ options: ScoringOptions
  ) throws(TareError) -> AdapterDomain {
    var sides: [Role: [TokenizedConversation]] = [:]
    for pair in rows.map({ $0.fittingParts(to: text) }) {
      for role in [Role.chosen, .rejected] {
        let found = pair.responses.filter { $0.role == role }
        guard found.count == 1 else {
          throw .badData(
            place: "pair '\(pair.id)'", found: "\(found.count) \(role.rawValue) responses",
            accepted: "one chosen and one rejected")
        }
        do throws(TareError) {
          sides[role, default: []].append(
            try text.tokenize(pair.conversation(found[0]), options))
        } catch {
          throw error.inside("pair '\(pair.id)', \(role.rawValue)")
        }
      }
    }
    let prompts = rows.map(\.promptText)
    let isHeldOut = try SplitDomain<FeaturePairs>.heldOut(
      prompts, share: request.testShare, seed: request.seed)
    return AdapterDomain(
      facts: AdapterOutcome.Domain(
        file: URL(filePath: file.name).lastPathComponent, digest: file.digest, pairs: rows.count,
        heldOut: isHeldOut.count { $0 }),
      chosen: sides[.chosen] ?? [], rejected: sides[.rejected] ?? [], prompts: prompts,
      isHeldOut: isHeldOut)
  }

  /// Bytes of states that are held at most.
  private static let mostBytes = 16 << 30

  /// The states of each domain's training and held-out pairs.
  ///
  /// - Throws: `TareError.usage` where they would take more memory than is sensible.
  func states(
    _ domains: [AdapterDomain], below layer: Int, _ extractor: FeatureExtractor
  ) throws(TareError) -> [(train: StreamPairs, test: StreamPairs)] {
    let total = domains.reduce(0) { $0 + $1.tokens }
    let (bytes, isTooMuch) = total.multipliedReportingOverflow(
      by: extractor.text.size.hiddenSize * 4)
    guard !isTooMuch, bytes <= Self.mostBytes else {
      throw .usage(
        "the states of \(total) tokens: expected at most \(Self.mostBytes.bytesText), found "
          + "more; take fewer pairs, or shorter ones with --max-tokens")
    }
    var done = 0
    let start = ContinuousClock.now
    var found: [(train: StreamPairs, test: StreamPairs)] = []
    for domain in domains {
      var sides: [[StreamStates]] = []
      for conversations in [domain.chosen, domain.rejected] {
        var states: [StreamStates] = []
        for first in stride(from: 0, to: conversations.count, by: Self.atOnce) {
          let part = Array(conversations[first..<min(first + Self.atOnce, conversations.count)])
          for (one, values) in zip(part, try extractor.states(below: layer, part)) {
            states.append(StreamStates(states: values, row: one.positions.last ?? 0))
            done += one.ids.count
          }
          observer.report(
            StageProgress(
              work: "tokens", done: done, computed: done, total: total, tokens: done,
              seconds: (ContinuousClock.now - start) / .seconds(1)))
          if observer.shouldStop() {
            throw .interrupted("stopped before training; nothing was saved")
          }
        }
        sides.append(states)
      }
      let pairs = StreamPairs(chosen: sides[0], rejected: sides[1], prompts: domain.prompts)
      found.append(
        (
          pairs.rows(domain.isHeldOut.indices.filter { !domain.isHeldOut[$0] }),
          pairs.rows(domain.isHeldOut.indices.filter { domain.isHeldOut[$0] })
        ))
    }
    return found
  }

  /// Conversations of a pass.
  private static let atOnce = 16
}
