const lines = (...all: readonly string[]): string => all.join('\n');

/** What programs print, as the records that it should become. */
export const TRACES: readonly (readonly [what: string, records: string[]])[] = [
  [
    'Python, nothing before',
    [
      lines('Traceback (most recent call last):', '  File "a.py", line 1', 'SystemExit: 1', '  a note of it'),
      'x',
    ],
  ],
  ['lines without a trace are one record each', ['GET / 200', '{"level":"info"}', 'GET /a 404']],
  [
    'the JVM, with the line before and a cause',
    [
      lines(
        '2026-11-28 13:02:11 ERROR c.e.Shop - order 7 failed',
        'java.lang.IllegalStateException: no stock',
        '\tat com.example.Shop.buy(Shop.java:41)',
        '\t... 12 common frames omitted',
        'Caused by: java.sql.SQLException: gone',
        '\tat com.example.Db.get(Db.java:7)',
      ),
      '2026-11-28 13:02:12 INFO  c.e.Shop - order 8 is paid',
    ],
  ],
  [
    '.NET',
    [
      lines(
        'Unhandled exception. System.InvalidOperationException: no',
        '   at Shop.Program.Main() in /src/Program.cs:line 7',
        '--- End of stack trace from previous location ---',
        '   at Shop.Run()',
      ),
      'bye',
    ],
  ],
  [
    'Node.js',
    [lines('TypeError: a is not a function', '    at b (/app/c.js:1:2)', '    at d (/app/e.js:3:4)'), 'x'],
  ],
  [
    'Python, one exception while another was handled',
    [
      lines(
        'ERROR:root:order 7 failed',
        'Traceback (most recent call last):',
        '  File "/app/a.py", line 1, in <module>',
        '    buy()',
        'KeyError: 7',
        '',
        'During handling of the above exception, another exception occurred:',
        '',
        'Traceback (most recent call last):',
        '  File "/app/a.py", line 3, in <module>',
        'ValueError: no stock',
      ),
      'INFO:root:next',
    ],
  ],
  [
    'a panic of Go',
    [
      lines(
        'panic: runtime error: invalid memory address or nil pointer dereference',
        '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]',
        '',
        'goroutine 1 [running]:',
        'main.each[...](0xc000112000, {0x7b1c58, 0xc0001})',
        '\t/usr/local/go/src/net/http/server.go:2092 +0x5d0',
        'created by net/http.(*Server).Serve in goroutine 1',
        '\t/usr/local/go/src/net/http/server.go:3360 +0x485',
        'exit status 2',
      ),
      '2026/11/28 13:02:11 starting',
    ],
  ],
  [
    'a private key',
    [
      lines(
        '-----BEGIN PRIVATE KEY-----',
        'MIIEvQIBADANBgkq',
        'hkiG9w0BAQEFAA==',
        '-----END PRIVATE KEY-----',
      ),
      'loaded',
    ],
  ],
  ['JSON over several lines', [lines('{', '  "a": 1'), '}', 'x']],
  ['a blank line alone', ['a', '', 'b']],
];
