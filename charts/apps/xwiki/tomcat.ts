/**
 * Tomcat's server.xml for one web application behind an ingress (Tomcat 10.1, "Configuration Reference"). It differs from the image's in
 * what a read-only container needs: no shutdown port, no access log and no folder of its own below conf; and the ingress's headers tell
 * the client's address and that it came over TLS. The valve believes them from private addresses, where only the ingress can connect.
 */
export const serverXml = (port: number): string => `<?xml version="1.0" encoding="UTF-8"?>
<Server port="-1">
  <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener"/>
  <Listener className="org.apache.catalina.core.ThreadLocalLeakPreventionListener"/>
  <Service name="Catalina">
    <Connector port="${port}" protocol="HTTP/1.1" connectionTimeout="20000" maxThreads="100" maxParameterCount="10000"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" createDirs="false">
        <Valve className="org.apache.catalina.valves.RemoteIpValve" remoteIpHeader="X-Forwarded-For" protocolHeader="X-Forwarded-Proto"/>
        <Valve className="org.apache.catalina.valves.ErrorReportValve" showReport="false" showServerInfo="false"/>
      </Host>
    </Engine>
  </Service>
</Server>
`;

/** Tomcat's own messages to the console only; the image's file has them in four files as well. */
export const LOGGING_PROPERTIES = `handlers = java.util.logging.ConsoleHandler
java.util.logging.ConsoleHandler.level = INFO
java.util.logging.ConsoleHandler.formatter = org.apache.juli.OneLineFormatter
java.util.logging.ConsoleHandler.encoding = UTF-8
`;
