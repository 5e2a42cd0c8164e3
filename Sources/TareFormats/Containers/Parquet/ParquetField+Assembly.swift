/// Columns out of leaves and their levels (Melnik et al. 2010, Dremel; parquet-format).
internal import TareCore

/// What was decoded of one leaf.
struct DecodedLeaf: Sendable {
  let leaf: ParquetLeaf
  /// Levels and values together.
  let count: Int
  let definitions: [UInt8]
  let repetitions: [UInt8]
  /// Values as they are stored, and by what they mean.
  let stored: Column
  let meant: Column
}

extension ParquetField {
  enum Form {
    case stored, meant
  }

  /// The column of this field.
  ///
  /// - Parameter decoded: every leaf of this field, by its index.
  func column(
    of decoded: [Int: DecodedLeaf], _ form: Form, inside: Inside = Inside()
  ) throws(TareError) -> Column {
    guard let guide = decoded[leaves.lowerBound] ?? decoded.first?.value, !leaves.isEmpty else {
      throw .unsupportedParquet(
        "the column '\(name)' without any member", accepted: "columns with values")
    }
    switch kind {
    case .leaf: return form == .stored ? guide.stored : guide.meant
    case .object(let fields):
      let missing = self.missing(guide, inside)
      var members: [Column.Member] = []
      for field in fields {
        let column = try field.column(of: decoded, form, inside: inside)
        guard column.count == missing.count else {
          throw .parquet(
            "members of '\(name)' that have \(column.count) and \(missing.count) values")
        }
        members.append(Column.Member(name: field.name, column: column))
      }
      let holes = missing.contains(true) ? missing : nil
      if holes != nil, !missing.contains(false) {
        return Column(.nothing(count: missing.count))
      }
      return Column(.objects(members, count: missing.count), missing: holes)
    case .list(let element, let defined, let repeated):
      let (starts, missing) = try lists(guide, inside, defined: defined, repeated: repeated)
      let elements = try element.column(
        of: decoded, form, inside: Inside(definition: defined, repetition: repeated))
      guard elements.count == starts.last else {
        throw .parquet(
          "lists of '\(name)' with \(starts.last ?? 0) elements, and \(elements.count) of them")
      }
      let holes = missing.contains(true) ? missing : nil
      if holes != nil, !missing.contains(false) {
        return Column(.nothing(count: missing.count))
      }
      return Column(.lists(starts: starts, elements: elements), missing: holes)
    }
  }

  /// The list that a field stands in.
  struct Inside {
    /// The definition level from which on there is an element.
    var definition: UInt8 = 0
    /// The repetition level of all but the first element.
    var repetition: UInt8 = 0
  }

  /// Which of the field's places have no value.
  private func missing(_ guide: DecodedLeaf, _ inside: Inside) -> [Bool] {
    var missing: [Bool] = []
    for index in 0..<guide.count {
      let definition = guide.definitions.isEmpty ? 0 : guide.definitions[index]
      let repetition = guide.repetitions.isEmpty ? 0 : guide.repetitions[index]
      guard definition >= inside.definition, repetition <= inside.repetition else { continue }
      missing.append(definition < present)
    }
    return missing
  }

  private func lists(
    _ guide: DecodedLeaf, _ inside: Inside, defined: UInt8, repeated: UInt8
  ) throws(TareError) -> (starts: [Int], missing: [Bool]) {
    var starts: [Int] = []
    var missing: [Bool] = []
    var elements = 0
    guard guide.definitions.count == guide.count, guide.repetitions.count == guide.count else {
      throw .parquet("lists of '\(name)' without levels")
    }
    for index in 0..<guide.count {
      let definition = guide.definitions[index]
      let repetition = guide.repetitions[index]
      if repetition >= repeated {
        // One more element of the list before, or of one within it.
        guard let start = starts.last, elements > start, definition >= defined else {
          throw .parquet("levels of '\(name)' that repeat what is not there")
        }
        if repetition == repeated { elements += 1 }
      } else if definition >= inside.definition {
        starts.append(elements)
        missing.append(definition < present)
        if definition >= defined { elements += 1 }
      }
    }
    starts.append(elements)
    return (starts, missing)
  }
}
