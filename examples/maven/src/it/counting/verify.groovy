// SPDX-License-Identifier: Apache-2.0
// Runs the program that was built, with the class path that its one dependency brought.
def java = System.getProperty('java.home') + '/bin/java'
def classPath = new File(basedir, 'target/classpath').text.trim()
def command = [java, '-Xmx512m', '-cp', "$basedir/target/classes${File.pathSeparator}$classPath",
               'com.example.Counting', "$basedir/target/run"]
def process = new ProcessBuilder(command*.toString()).redirectErrorStream(true).start()
def said = process.inputStream.getText('UTF-8')
println said
assert process.waitFor() == 0
assert said.contains('step 80 loss')
assert said.contains('one two three four five six seven')
