/// Which model servers with one model have.
internal import TareCore

/// A server's model.
package struct ServedModelName: Sendable, Hashable {
  /// As requests name it.
  package var id: String
  /// With the calibration that a `tare serve` applies: other answers.
  package var whole: String
}

extension RemoteAttempts {
  /// The model that is asked for, or the only one that the servers list.
  ///
  /// - Throws: `TareError.usage` if nobody says it, they list several, or different ones;
  ///   `TareError.unreachable` if no server answers.
  func model(_ options: RemoteOptions) async throws(TareError) -> ServedModelName {
    let addresses = connections.map(\.url).joined(separator: ", ")
    if options.model == nil {
      _ = try await ask(isCounted: false, addresses: addresses) { (index) throws(RemoteFailure) in
        try await self.connections[index].get("/v1/models")
      }
    }
    var known: [(url: String, name: ServedModelName)] = []
    for connection in connections {
      guard let reply = try? await connection.get("/v1/models") else { continue }
      if let name = try Self.name(reply, options.model, at: connection.url) {
        known.append((connection.url, name))
      }
    }
    guard let first = known.first else {
      if let model = options.model { return ServedModelName(id: model, whole: model) }
      throw .usage(
        "\(connections[0].url) does not report its models: expected the name of the model")
    }
    if let other = known.first(where: { $0.name != first.name }) {
      throw .usage(
        "engines: expected one model, found \(first.name.whole) at \(first.url) and "
          + "\(other.name.whole) at \(other.url)")
    }
    return first.name
  }

  private static func name(
    _ reply: JSONValue, _ wanted: String?, at url: String
  ) throws(TareError) -> ServedModelName? {
    let models = (reply["data"]?.array ?? []).filter { $0["id"]?.string != nil }
    guard wanted != nil || models.count < 2 else {
      throw .usage(
        "\(url) serves \(models.count) models: expected the name of one, such as "
          + (models[0]["id"]?.string ?? ""))
    }
    guard let id = wanted ?? models.first?["id"]?.string else { return nil }
    let calibration = models.first { $0["id"]?.string == id }?["calibration"]?.string
    return ServedModelName(id: id, whole: calibration.map { "\(id), calibrated by \($0)" } ?? id)
  }
}
