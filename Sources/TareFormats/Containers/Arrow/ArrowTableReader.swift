/// Reads the record batches of a schema, column by column.
internal import TareCore

struct ArrowTableReader {
  private let schema: ArrowSchema
  private let budget: ArrowBudget
  private let inflater: ArrowInflater
  /// nil for columns that are not read, [column].
  private var readers: [(any ArrowColumnReader)?] = []
  private var dictionaries: [ArrowNamesReader] = []
  private var count = 0
  private var compression = ArrowWriter.Compression.none

  /// - Parameter names: the columns that are read; nil for all.
  init(
    _ schema: ArrowSchema, _ names: Set<String>?, _ budget: ArrowBudget
  ) throws(TareError) {
    self.schema = schema
    self.budget = budget
    inflater = ArrowInflater(budget)
    for field in schema.fields {
      let isRead = names?.contains(field.name) ?? true
      readers.append(isRead ? try field.reader(&dictionaries) : nil)
    }
  }

  mutating func read(_ messages: [ArrowMessage]) throws(TareError) {
    let total = try totalRows(messages)
    var number = 0
    for message in messages {
      let table = try message.records()
      let rows = max(1, Double(try table.number(0, default: Int64(0))))
      // No more than if all batches were as large.
      let share = message.kind == .records ? min(total / rows, Double(messages.count)) : 1
      let isDictionary = message.kind == .dictionary
      if !isDictionary { number += 1 }
      do throws(TareError) {
        let batch = try ArrowBatch(table, body: message.body, inflater, budget, share: share)
        compression = batch.compression
        if isDictionary {
          try read(dictionary: message, batch)
        } else {
          try read(batch)
        }
      } catch {
        throw isDictionary ? error : error.inside("record batch \(number)")
      }
    }
  }

  /// Rows of all batches, as they say.
  private func totalRows(_ messages: [ArrowMessage]) throws(TareError) -> Double {
    var rows = 0.0
    for message in messages where message.kind == .records {
      rows += max(0, Double(try message.header.number(0, default: Int64(0))))
    }
    return rows
  }

  private func read(dictionary message: ArrowMessage, _ batch: ArrowBatch) throws(TareError) {
    let id = try message.header.number(0, default: Int64(0))
    let isDelta = try message.header.flag(2)
    // Columns may share a dictionary: each reads it for itself.
    for reader in dictionaries where reader.dictionary.id == id {
      batch.rewind()
      try reader.appendDictionary(batch, isDelta: isDelta)
    }
  }

  private mutating func read(_ batch: ArrowBatch) throws(TareError) {
    // Also where there are no columns: tables number their rows.
    try budget.take(batch.rows, MemoryLayout<Int>.size)
    for (field, reader) in zip(schema.fields, readers) {
      if let reader {
        _ = try reader.append(batch, rows: batch.rows)
      } else {
        try batch.skip(field)
      }
    }
    count += batch.rows
  }

  func table(_ layout: ArrowWriter.Layout) throws(TareError) -> ArrowTable {
    var columns: [(name: String, column: Column)] = []
    for (field, reader) in zip(schema.fields, readers) {
      guard let reader else { continue }
      columns.append((field.name, try reader.column(budget)))
    }
    return ArrowTable(
      columns: columns, count: count, layout: layout, compression: compression,
      metadata: schema.metadata.map { ($0.key, $0.value) })
  }
}

extension ArrowBatch {
  /// Leaves out a column's nodes and buffers.
  func skip(_ field: ArrowField) throws(TareError) {
    _ = try nextNode()
    let buffers = field.bufferCount + (field.isView ? try nextVariadicCount() : 0)
    skipBuffers(buffers)
    guard field.dictionary == nil else { return }
    for child in field.children { try skip(child) }
  }
}
