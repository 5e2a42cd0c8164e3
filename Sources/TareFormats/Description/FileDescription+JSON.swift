/// What a file is, as JSON.
package import TareCore

extension FileDescription {
  package var json: JSONValue {
    var object: JSONObject = [
      "file": .string(name), "container": container.json, "rows": .int(rowCount),
      "columns": .array(columns.map { .string($0) }),
    ]
    if fileCount > 1 { object["files"] = .int(fileCount) }
    object["texts"] = texts?.json ?? .null
    object["scores"] = scores?.json ?? .null
    if let nearest {
      object["nearest"] = [
        "layout": .string(nearest.layout.key),
        "missing": .array(nearest.missing.map { .string($0) }),
        "columns": .string(nearest.mapping),
      ]
    }
    object["commands"] = .array(commands.map { .string($0) })
    return .object(object)
  }
}

extension FileDescription.Kind {
  fileprivate var json: JSONValue { ["key": .string(key), "summary": .string(summary)] }
}

extension FileDescription.Reading {
  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "layout": .string(layout.key), "summary": .string(layout.summary),
      "taken": .array(
        taken.map { ["for": .string($0.meaning), "column": .string($0.column)] }),
      "left_over": .array(leftOver.map { .string($0) }), "rows": .array(rows.map(\.json)),
    ]
    object["problem"] = problem.map { .string($0) } ?? .null
    return .object(object)
  }
}

extension FileDescription.Row {
  fileprivate var json: JSONValue {
    var object: JSONObject = ["place": .string(place)]
    object["id"] = id.map { .string($0) }
    object["subset"] = subset.map { .string($0) }
    object["prompt"] = prompt.map { .string($0) }
    object["responses"] = .array(
      responses.map { response in
        var object: JSONObject = ["role": .string(response.role)]
        object["text"] = response.text.map { .string($0) }
        object["score"] = response.score.map { .double($0) }
        object["label"] = response.label.map { .double($0) }
        return .object(object)
      })
    return .object(object)
  }
}
