/// What reads one column, batch after batch.
internal import TareCore

protocol ArrowColumnReader: AnyObject {
  /// Rows read so far.
  var count: Int { get }
  /// Reads the column's part of a batch.
  ///
  /// - Parameter rows: as many as the column must have; nil for as many as it says.
  /// - Returns: how many there were.
  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int
  /// All rows. Nothing is appended afterwards.
  func column(_ budget: ArrowBudget) throws(TareError) -> Column
}

extension ArrowField {
  /// - Parameter dictionaries: gets the readers of all dictionaries within.
  func reader(
    _ dictionaries: inout [ArrowNamesReader], _ place: String = ""
  ) throws(TareError) -> any ArrowColumnReader {
    let place = place.isEmpty ? name : "\(place).\(name)"
    let values = try valuesReader(&dictionaries, place)
    guard let dictionary else { return ArrowPlacedReader(place, values) }
    let reader = ArrowNamesReader(dictionary, values: values, place)
    dictionaries.append(reader)
    return ArrowPlacedReader(place, reader)
  }

  private func valuesReader(
    _ dictionaries: inout [ArrowNamesReader], _ place: String
  ) throws(TareError) -> any ArrowColumnReader {
    switch type {
    case .null: return ArrowNothingReader()
    case .bool: return ArrowBoolsReader()
    case .integer(let bits, let isSigned):
      return ArrowIntegersReader(bits: bits, isSigned: isSigned)
    case .float(let bits): return ArrowNumbersReader(bits: bits)
    case .decimal(let bits, let scale): return ArrowDecimalsReader(size: bits / 8, scale: scale)
    case .text(let isLarge): return ArrowTextsReader(isLarge: isLarge, isText: true)
    case .binary(let isLarge): return ArrowTextsReader(isLarge: isLarge, isText: false)
    case .textView: return ArrowViewsReader(isText: true)
    case .binaryView: return ArrowViewsReader(isText: false)
    case .fixedBinary(let size):
      return ArrowFixedReader(size: size, isUUID: extensionName == "arrow.uuid" && size == 16)
    case .date(let isDays): return ArrowTimesReader(isDays ? .days : .dateMilliseconds)
    case .time(let perSecond, let bits):
      return ArrowTimesReader(.clock(perSecond: perSecond, isWide: bits == 64))
    case .timestamp(let perSecond, let isUTC):
      return ArrowTimesReader(.moment(perSecond: perSecond, isUTC: isUTC))
    case .duration(let perSecond): return ArrowTimesReader(.duration(perSecond: perSecond))
    case .list(let isLarge):
      return ArrowListsReader(try children[0].reader(&dictionaries, place), isLarge: isLarge)
    case .map:
      return ArrowListsReader(try children[0].reader(&dictionaries, place), isLarge: false)
    case .listView(let isLarge):
      return ArrowListViewsReader(try children[0].reader(&dictionaries, place), isLarge: isLarge)
    case .fixedList(let size):
      return ArrowFixedListsReader(try children[0].reader(&dictionaries, place), size: size)
    case .structure:
      var members: [(name: String, reader: any ArrowColumnReader)] = []
      for child in children {
        members.append((child.name, try child.reader(&dictionaries, place)))
      }
      return ArrowStructsReader(members)
    case .runEnd:
      guard case .integer(let bits, true) = children[0].type, bits > 8 else {
        throw .arrow("runs that do not end at signed integers")
      }
      return ArrowRunsReader(bits: bits, try children[1].reader(&dictionaries, place))
    }
  }
}

/// Names the column in the errors of the reader within.
final class ArrowPlacedReader: ArrowColumnReader {
  private let place: String
  let reader: any ArrowColumnReader

  init(_ place: String, _ reader: any ArrowColumnReader) {
    self.place = place
    self.reader = reader
  }

  var count: Int { reader.count }

  func append(_ batch: ArrowBatch, rows: Int?) throws(TareError) -> Int {
    do { return try reader.append(batch, rows: rows) } catch { throw placed(error) }
  }

  func column(_ budget: ArrowBudget) throws(TareError) -> Column {
    do { return try reader.column(budget) } catch { throw placed(error) }
  }

  /// The innermost column names itself, before or behind a row.
  private func placed(_ error: TareError) -> TareError {
    guard case .badData(let found, _, _) = error, !found.contains("column '") else { return error }
    return error.inside("column '\(place)'")
  }
}
