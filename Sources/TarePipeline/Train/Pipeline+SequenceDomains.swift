/// The domains of `tare train-head --sequence`: files of preference pairs, or of texts with classes.
internal import Foundation
internal import TareCore
internal import TareFormats
internal import TareScoring
internal import TareStore
internal import TareTraining

/// What was read of each file, and its features.
struct SequenceDomains {
  enum Examples {
    case pairs([FeaturePairs])
    case classes([FeatureClasses])
  }

  let facts: [SequenceOutcome.Domain]
  let examples: Examples
}

extension Pipeline {
  /// - Throws: `TareError.usage` where some files have pairs and others classes, and for a head of classes
  ///   that is to be saved.
  func sequenceDomains(
    _ request: TrainSequenceRequest, _ store: Store, _ extractor: FeatureExtractor,
    _ options: ScoringOptions
  ) throws(TareError) -> SequenceDomains {
    let columns = try ColumnMapping(command: request.columns)
    var files: [InputFile] = []
    for path in request.domains { files.append(try InputFile(path)) }
    var labelled: [LabelledTexts] = []
    var withPairs: [InputFile] = []
    for file in files {
      if let texts = try LabelledTexts(file, request.format, columns, request.policy) {
        labelled.append(texts)
      } else {
        withPairs.append(file)
      }
    }
    if let classes = labelled.first, let pairs = withPairs.first {
      throw .usage(
        "--sequence: expected pairs in all files, or texts with labels in all; found labels in "
          + "\(classes.file.name) and none in \(pairs.name)")
    }
    if labelled.isEmpty {
      return try pairDomains(withPairs, request, store, extractor, options)
    }
    guard request.output == nil else {
      throw .usage("--output: expected pairs; a head of classes gives no rewards")
    }
    return try classDomains(labelled, store, extractor, options)
  }

  private func pairDomains(
    _ files: [InputFile], _ request: TrainSequenceRequest, _ store: Store,
    _ extractor: FeatureExtractor, _ options: ScoringOptions
  ) throws(TareError) -> SequenceDomains {
    let columns = try ColumnMapping(command: request.columns)
    var facts: [SequenceOutcome.Domain] = []
    var examples: [FeaturePairs] = []
    for file in files {
      let rows = try readPairs(file, request.format, columns, request.policy)
      let features: [(chosen: [Float], rejected: [Float])]
      do throws(TareError) {
        features = try store.pairFeatures(rows, with: extractor, options, observer: observer)
          .features
      } catch {
        throw error.inside(file.name)
      }
      let pairs = FeaturePairs(
        chosen: features.map(\.chosen), rejected: features.map(\.rejected),
        prompts: rows.map(\.promptText))
      facts.append(SequenceOutcome.Domain(file, pairs))
      examples.append(pairs)
    }
    return SequenceDomains(facts: facts, examples: .pairs(examples))
  }

  private func classDomains(
    _ files: [LabelledTexts], _ store: Store, _ extractor: FeatureExtractor,
    _ options: ScoringOptions
  ) throws(TareError) -> SequenceDomains {
    // A class of the same name is the same class in every domain.
    let all = Set(files.flatMap(\.classes)).sorted()
    var facts: [SequenceOutcome.Domain] = []
    var examples: [FeatureClasses] = []
    for file in files {
      do throws(TareError) {
        let vectors = try store.promptFeatures(
          file.texts, with: extractor, options, observer: observer)
        examples.append(file.examples(vectors, of: all))
      } catch {
        throw error.inside(file.file.name)
      }
      var domain = SequenceOutcome.Domain(file.file, examples[examples.count - 1])
      domain.classes = file.classes
      domain.isSplit = file.isHeldOut != nil
      facts.append(domain)
    }
    return SequenceDomains(facts: facts, examples: .classes(examples))
  }
}

extension SequenceOutcome.Domain {
  fileprivate init(_ file: InputFile, _ examples: some TrainingExamples) {
    self.init(
      file: URL(filePath: file.name).lastPathComponent, digest: file.digest,
      pairs: examples.count, prompts: Set(examples.prompts).count)
  }
}
