import Foundation

/// Headless Chromium, driven over its DevTools protocol through a pair of named pipes.
///
/// Every wait has an end: a browser that hangs fails a test instead of holding it up. One page is open at a time.
final class Browser {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  typealias Object = [String: Any]

  /// What the page and the browser complained of: messages on the console, exceptions and dialogs.
  private(set) var complaints: [String] = []
  /// Addresses that the page asked for, whether or not anything was allowed to come of it.
  private(set) var requests: [String] = []

  private let process = Process()
  private let folder: URL
  private let (toBrowser, fromBrowser): (CInt, CInt)
  private var received: [UInt8] = []
  /// How many of the bytes received are known to be the beginning of one message.
  private var begun = 0
  private var events: [Object] = []
  private var lastIdentifier = 0
  private var target: String?
  private var session: String?
  private var runsScripts = true

  /// Starts a browser.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (input, output) = (folder.appending(path: "input").path, folder.appending(path: "output").path)
    guard mkfifo(input, 0o600) == 0, mkfifo(output, 0o600) == 0 else {
      throw Failure(description: "no named pipe could be made")
    }
    // Open at both ends here, so that opening blocks neither side and writing never ends this process.
    toBrowser = Foundation.open(input, O_RDWR | O_CLOEXEC)
    fromBrowser = Foundation.open(output, O_RDWR | O_CLOEXEC)
    guard toBrowser >= 0, fromBrowser >= 0 else { throw Failure(description: "a named pipe could not be opened") }
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", #"exec chromium "$@" 3<"$0/input" 4>"$0/output""#, folder.path, "--headless=new", "--no-sandbox",
      "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--no-first-run", "--user-data-dir=\(folder.path)/profile", "--remote-debugging-pipe",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Opens a blank page of the given size in place of the one that is open, if one is.
  func openPage(width: Int, height: Int = 900) throws {
    session = nil
    if let target { try send("Target.closeTarget", ["targetId": target]) }
    target = try send("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
    session = try send("Target.attachToTarget", ["targetId": target ?? "", "flatten": true])["sessionId"] as? String
    runsScripts = true
    for domain in ["Page", "Runtime", "Log", "Network"] { try send("\(domain).enable") }
    try setSize(width: width, height: height)
    try setMedia(colorScheme: "light")
  }

  /// Ends the browser and removes what it left.
  func close() {
    session = nil
    if process.isRunning { _ = try? send("Browser.close", timeout: 10) }
    let deadline = Date(timeIntervalSinceNow: 10)
    while process.isRunning, Date() < deadline { usleep(20_000) }
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    Foundation.close(toBrowser)
    Foundation.close(fromBrowser)
    // Helpers of the browser may still be writing their last words into its profile.
    for _ in 0..<20 {
      do {
        try FileManager.default.removeItem(at: folder)
        return
      } catch { usleep(100_000) }
    }
  }

  // MARK: Pages

  /// Opens a file and waits until it is loaded; complaints and requests are then those of this page.
  func open(file: URL) throws {
    (complaints, requests, events) = ([], [], [])
    let answer = try send("Page.navigate", ["url": file.absoluteString])
    if let error = answer["errorText"] { throw Failure(description: "\(file.path): \(error)") }
    try wait(for: "Page.loadEventFired")
    // What a page starts when it is loaded may take until the next frame to show.
    if runsScripts { try evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))") }
  }

  func setSize(width: Int, height: Int) throws {
    try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
  }

  func setScriptsEnabled(_ areEnabled: Bool) throws {
    try send("Emulation.setScriptExecutionDisabled", ["value": !areEnabled])
    runsScripts = areEnabled
  }

  /// Emulates a medium and a preferred colour scheme, "light" or "dark"; motion is always reduced, so that what is
  /// clicked stands still.
  func setMedia(_ medium: String = "", colorScheme: String) throws {
    try send(
      "Emulation.setEmulatedMedia",
      [
        "media": medium,
        "features": [
          ["name": "prefers-color-scheme", "value": colorScheme],
          ["name": "prefers-reduced-motion", "value": "reduce"],
        ],
      ])
  }

  /// The page on paper, a PDF.
  func printed() throws -> Data {
    let answer = try send("Page.printToPDF", ["preferCSSPageSize": true, "printBackground": true], timeout: 60)
    return Data(base64Encoded: answer["data"] as? String ?? "") ?? Data()
  }

  /// The whole page as a PNG, a quarter as wide and high: a long page at its size has a hundred million pixels.
  func screenshot() throws -> Data {
    var clip = try send("Page.getLayoutMetrics")["cssContentSize"] as? Object ?? [:]
    clip["scale"] = 0.25
    let answer = try send("Page.captureScreenshot", ["captureBeyondViewport": true, "clip": clip], timeout: 60)
    return Data(base64Encoded: answer["data"] as? String ?? "") ?? Data()
  }

  // MARK: Scripts and input

  /// The value of an expression in the page, a promise awaited.
  @discardableResult func evaluate(_ expression: String) throws -> Any? {
    let answer = try send(
      "Runtime.evaluate", ["expression": expression, "returnByValue": true, "awaitPromise": true])
    if let exception = answer["exceptionDetails"] as? Object {
      let thrown = (exception["exception"] as? Object)?["description"] ?? exception["text"] ?? ""
      throw Failure(description: "\(expression.prefix(200)): \(thrown)")
    }
    return (answer["result"] as? Object)?["value"]
  }

  /// The value of an expression, which is of the kind that the caller expects.
  func value<Value>(_ expression: String, as kind: Value.Type = Value.self) throws -> Value {
    let result = try evaluate(expression)
    guard let value = result as? Value else {
      throw Failure(description: "\(expression.prefix(200)) is \(result ?? "nothing"), no \(Value.self)")
    }
    return value
  }

  /// Clicks the middle of the element that an expression stands for, with the mouse.
  func click(_ element: String) throws {
    let point: [Double] = try value(
      """
      (() => {
        const element = \(element);
        element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
      })()
      """)
    for (type, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
      try send(
        "Input.dispatchMouseEvent",
        ["type": type, "x": point[0], "y": point[1], "button": "left", "buttons": buttons, "clickCount": 1])
    }
  }

  /// Presses a key that has a name, such as Enter or Tab.
  func press(_ key: String, code: Int) throws {
    var event: Object = ["type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code]
    if key == "Enter" { event["text"] = "\r" }
    try send("Input.dispatchKeyEvent", event)
    event["type"] = "keyUp"
    event["text"] = nil
    try send("Input.dispatchKeyEvent", event)
  }

  /// Types a text into what has the focus.
  func type(_ text: String) throws { try send("Input.insertText", ["text": text]) }

  // MARK: Messages

  /// Sends a command and returns what is answered.
  @discardableResult private func send(
    _ method: String, _ parameters: Object = [:], timeout: TimeInterval = 30
  ) throws -> Object {
    lastIdentifier += 1
    let identifier = lastIdentifier
    var message: Object = ["id": identifier, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    let bytes = [UInt8](try JSONSerialization.data(withJSONObject: message)) + [0]
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { write(toBrowser, $0.baseAddress, $0.count) }
      if count <= 0 { throw Failure(description: "\(method): the browser cannot be written to") }
      sent += count
    }
    let deadline = Date(timeIntervalSinceNow: timeout)
    while true {
      let message = try receive(until: deadline, "\(method) was not answered")
      guard message["id"] as? Int == identifier else { continue }
      if let error = message["error"] as? Object {
        throw Failure(description: "\(method): \(error["message"] ?? error)")
      }
      return message["result"] as? Object ?? [:]
    }
  }

  /// Waits until an event has happened since the page was opened.
  private func wait(for event: String, timeout: TimeInterval = 30) throws {
    let deadline = Date(timeIntervalSinceNow: timeout)
    while !events.contains(where: { $0["method"] as? String == event }) {
      _ = try receive(until: deadline, "\(event) did not happen")
    }
  }

  /// The next message; events are noted on the way.
  private func receive(until deadline: Date, _ complaint: String) throws -> Object {
    while true {
      if let end = received[begun...].firstIndex(of: 0) {
        let data = Data(received[..<end])
        received.removeSubrange(...end)
        begun = 0
        guard let message = try JSONSerialization.jsonObject(with: data) as? Object else { continue }
        note(message)
        return message
      }
      begun = received.count
      let left = deadline.timeIntervalSinceNow
      guard left > 0 else { throw Failure(description: "\(complaint) in time") }
      guard process.isRunning else { throw Failure(description: "\(complaint): the browser has ended") }
      var descriptor = pollfd(fd: fromBrowser, events: Int16(POLLIN), revents: 0)
      guard poll(&descriptor, 1, CInt(min(left, 0.5) * 1000)) > 0 else { continue }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(fromBrowser, &buffer, buffer.count)
      if count > 0 { received += buffer[..<count] }
    }
  }

  private func note(_ message: Object) {
    guard let method = message["method"] as? String, let parameters = message["params"] as? Object else { return }
    events.append(message)
    switch method {
    case "Network.requestWillBeSent":
      let address = (parameters["request"] as? Object)?["url"] as? String ?? ""
      if !address.hasPrefix("data:") { requests.append(address) }
    case "Runtime.consoleAPICalled": complaints.append("console: \(parameters["args"] ?? "")")
    case "Runtime.exceptionThrown": complaints.append("exception: \(parameters["exceptionDetails"] ?? "")")
    case "Log.entryAdded": complaints.append("log: \((parameters["entry"] as? Object)?["text"] ?? "")")
    case "Page.javascriptDialogOpening":
      complaints.append("dialog: \(parameters["message"] ?? "")")
    default: break
    }
  }
}
